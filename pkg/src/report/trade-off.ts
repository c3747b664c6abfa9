/** The trade-off of policies as SVG: stock across, emergency lines up, both by powers. */
import { html, type Html } from './html.js';

/** One policy's way from little stock to much. */
export interface TradeOff {
  name: string;
  /** How it is drawn: a class of the page's style. */
  kind: string;
  points: readonly { stock: number; lines: number }[];
}

const WIDTH = 480;
const HEIGHT = 330;
const MARGIN = { top: 14, right: 14, bottom: 40, left: 40 };

/** Curves of policies, the first drawn on top; each name stands in the legend with its line. */
export function tradeOffChart(label: string, curves: readonly TradeOff[]): Html {
  const shown = curves.map((curve) => ({
    ...curve,
    points: curve.points.filter(({ stock, lines }) => stock > 0 && lines > 0),
  }));
  const all = shown.flatMap(({ points }) => points);
  if (all.length === 0) return html``;
  // What few would want, next to no stock at all, must not squeeze the rest.
  const [left, right] = powers(all.map(({ stock }) => stock), 3);
  const [bottom, top] = powers(all.map(({ lines }) => lines), 4);
  const x = scale([left, right], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scale([bottom, top], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const path = (points: TradeOff['points']) =>
    points.map(({ stock, lines }) => `${round(x(stock))},${round(y(lines))}`).join(' ');
  return html`<svg class="chart curves" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
<clipPath id="plot"><rect x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"/></clipPath>
${ticks(bottom, top).map(
  (value) => html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>
<text x="${MARGIN.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${short(value)}</text>`,
)}
${ticks(left, right).map(
  (value) => html`<line class="grid" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" x1="${round(x(value))}" x2="${round(x(value))}"/>
<text x="${round(x(value))}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${short(value)}</text>`,
)}
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 6}" text-anchor="end">average stock value</text>
<g clip-path="url(#plot)">${[...shown]
    .reverse()
    .map(({ kind, points }) => html`<polyline class="${kind}" points="${path(points)}"/>`)}</g>
</svg>
<p class="legend">${shown.map(({ name, kind }) => html`<span><svg class="key" viewBox="0 0 26 8" aria-hidden="true"><line class="${kind}" x1="1" x2="25" y1="4" y2="4"/></svg>${name}</span>`)}</p>`;
}

/** The range of values, no more powers of ten below the highest than asked for. */
function powers(values: readonly number[], most: number): [number, number] {
  const top = Math.max(...values);
  const bottom = Math.max(Math.min(...values), top / 10 ** most);
  return [bottom, Math.max(top, bottom * 1.01)];
}

function scale([from, to]: [number, number], [start, end]: [number, number]) {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  return (value: number) => start + ((Math.log10(value) - low) / (high - low)) * (end - start);
}

/** 1, 2 and 5 times the powers of ten within a range, or powers alone where that is too many. */
function ticks(from: number, to: number): number[] {
  const found: number[] = [];
  const factors = Math.log10(to / from) > 2.5 ? [1] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= from && value <= to) found.push(value);
    }
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function short(value: number): string {
  if (value >= 1_000_000) return `${round(value / 1_000_000)}M`;
  return value >= 1000 ? `${round(value / 1000)}k` : String(Number(value.toPrecision(2)));
}
