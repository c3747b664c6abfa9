/** Small static charts as SVG: colours and sizes of text come from the page's style. */
import { html, type Html } from './html.js';

/** Demand as it was and as it may become, one value a period. */
export interface Fan {
  /** What the chart shows, for those who do not see it. */
  label: string;
  history: readonly number[];
  median: readonly number[];
  /** Intervals from the widest to the narrowest. */
  bands: readonly { lower: readonly number[]; upper: readonly number[] }[];
  /** Words under the axis: at its start, at the first period of the forecast, at its end. */
  ticks: readonly [string, string, string];
}

const WIDTH = 360;
const HEIGHT = 168;
const MARGIN = { top: 10, right: 8, bottom: 22, left: 34 };

/** History as a line, the median behind it, and shaded intervals that open from the last value. */
export function fanChart({ label, history, median, bands, ticks }: Fan): Html {
  const periods = history.length + median.length;
  const top = niceCeiling(Math.max(...history, ...median, ...bands.flatMap((b) => b.upper), 1));
  const x = (period: number) =>
    MARGIN.left + (period / Math.max(periods - 1, 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const last = Math.max(history.length - 1, 0);
  const path = (values: readonly number[], start: number) =>
    values.map((value, at) => `${round(x(start + at))},${round(y(value))}`).join(' ');
  const joined = (values: readonly number[]) => [...history.slice(-1), ...values];
  const area = (lower: readonly number[], upper: readonly number[]) => {
    const back = joined(lower).map((value, at) => `${round(x(last + at))},${round(y(value))}`);
    return `${path(joined(upper), last)} ${back.reverse().join(' ')}`;
  };
  const today = round(x(Math.min(history.length, Math.max(periods - 1, 0))));
  // Words in the middle that would run into those at the end stand left of their place.
  const room = WIDTH - MARGIN.right - today;
  const crowded = room < 80;
  const [start, middle, end] = ticks;
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${[0, top / 2, top].map(
  (
    value,
  ) => html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>
<text class="tick" x="${MARGIN.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${short(value)}</text>`,
)}
${bands.map(({ lower, upper }, at) => html`<polygon class="band band-${at}" points="${area(lower, upper)}"/>`)}
<line class="today" x1="${today}" x2="${today}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/>
<polyline class="history" points="${path(history, 0)}"/>
<polyline class="median" points="${path(joined(median), last)}"/>
<text class="tick" x="${MARGIN.left}" y="${HEIGHT - 6}">${start}</text>
<text class="tick" x="${today}" y="${HEIGHT - 6}" text-anchor="${crowded ? 'end' : 'middle'}">${middle}</text>
${room < 48 ? '' : html`<text class="tick" x="${WIDTH - MARGIN.right}" y="${HEIGHT - 6}" text-anchor="end">${end}</text>`}
</svg>`;
}

/** Amounts side by side, each with its name, its bar from zero and its value in words. */
export function barChart(
  label: string,
  bars: readonly {
    name: string;
    value: number;
    text: string;
    kind: 'plain' | 'strong' | 'faint';
  }[],
): Html {
  const top = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return html`<table class="bars"><caption class="hidden">${label}</caption><tbody>
${bars.map(
  ({ name, value, text, kind }) => html`<tr><th scope="row">${name}</th>
<td>${bar(value / top, kind)}</td><td class="number">${text}</td></tr>`,
)}
</tbody></table>`;
}

/** One bar that fills its share of the room it gets. */
export function bar(share: number, kind: 'plain' | 'strong' | 'faint'): Html {
  const width = round(Math.min(Math.max(share, 0), 1) * 100);
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-${kind}" width="${width}" height="10" rx="1.5"/></svg>`;
}

/** The next 1, 2, 4, 5, 6, 8 or 10 times a power of ten: half of each reads well on an axis. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 6, 8, 10].find((factor) => value <= factor * power) ?? 10;
  return step * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function short(value: number): string {
  return value >= 10_000 ? `${round(value / 1000)}k` : String(round(value));
}
