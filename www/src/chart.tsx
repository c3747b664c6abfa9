/** Demand as it was and as it may become, by uPlot. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Forecast } from 'replenish';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dayStart, dayText } from './format';

interface Fan {
  name: string;
  /** The first day of the forecast; history ends the day before. */
  today: string;
  history: readonly number[];
  forecast: Forecast;
}

const HEIGHT = 260;

export function FanChart(fan: Fan) {
  const { name, today, history, forecast } = fan;
  const host = useRef<HTMLDivElement>(null);
  const pointed = useSignal('');
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    let plot = draw(element, fan, pointed);
    const again = () => {
      plot.destroy();
      plot = draw(element, fan, pointed);
    };
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    scheme.addEventListener('change', again);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', again);
      plot.destroy();
    };
  }, [forecast]);
  return (
    <>
      <div
        ref={host}
        class="chart"
        role="img"
        aria-label={`Daily demand for ${name}: the last ${history.length} days and a forecast of ${forecast.mean.length} days`}
      />
      <p class="legend">
        <span>
          <i class="key-history" />
          wanted
        </span>
        <span>
          <i class="key-median" />
          median forecast
        </span>
        <span>
          <i class="key-1" />
          50 % of outcomes
        </span>
        <span>
          <i class="key-0" />
          90 % of outcomes
        </span>
        <output>{pointed.value}</output>
      </p>
      <Numbers today={today} forecast={forecast} />
    </>
  );
}

/** The same forecast for those who do not see the chart, or want the figures. */
function Numbers({ today, forecast }: { today: string; forecast: Forecast }) {
  const paths = forecast.quantiles;
  return (
    <details>
      <summary>The forecast in numbers</summary>
      <div class="scroll" tabIndex={0} role="group" aria-label="The forecast in numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" class="number">
                Mean
              </th>
              {paths.map(({ probability }) => (
                <th key={probability} scope="col" class="number">
                  {Math.round(probability * 100)} %
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {forecast.mean.map((mean, at) => (
              <tr key={at}>
                <th scope="row">{dayText(dayStart(today, at))}</th>
                <td class="number">{mean.toFixed(2)}</td>
                {paths.map(({ probability, values }) => (
                  <td key={probability} class="number">
                    {values[at]?.toFixed(1)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function draw(element: HTMLElement, fan: Fan, pointed: Signal<string>): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const data = columns(fan);
  const axis = {
    stroke: colour('soft'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const edge = { stroke: 'transparent', points: { show: false } };
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT,
    // Days are calendar days wherever the visitor sits.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
    axes: [
      { ...axis, size: 32, values: [[86_400, '{MMM} {D}', null, null, null, null, null, null, 1]] },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      { stroke: colour('ink'), width: 1.5, points: { show: false } },
      edge,
      edge,
      { stroke: colour('accent'), width: 2, points: { show: false } },
      edge,
      edge,
    ],
    bands: [
      { series: [2, 6], fill: colour('band-0') },
      { series: [3, 5], fill: colour('band-1') },
    ],
    hooks: {
      setCursor: [({ cursor: { idx } }) => (pointed.value = words(data, idx ?? undefined))],
      drawAxes: [(plot) => drawToday(plot, dayStart(fan.today), colour('soft'))],
    },
  };
  return new uPlot(options, data, element);
}

/** Days, history, then the quantiles from the highest to the lowest, joined to the last known day. */
function columns({ today, history, forecast }: Fan): uPlot.AlignedData {
  const past = history.length;
  const days = Array.from({ length: past + forecast.mean.length }, (_, at) =>
    dayStart(today, at - past),
  );
  const before = Array.from({ length: Math.max(past - 1, 0) }, () => null);
  const path = (probability: number) => {
    const found = forecast.quantiles.find((quantile) => quantile.probability === probability);
    return [...before, ...history.slice(-1), ...(found?.values ?? [])];
  };
  const known = [...history, ...forecast.mean.map(() => null)];
  return [days, known, path(0.95), path(0.75), path(0.5), path(0.25), path(0.05)];
}

function words(data: uPlot.AlignedData, at: number | undefined): string {
  if (at === undefined) return '';
  const [days, known, most, , median, , least] = data.map((column) => column[at]);
  const day = dayText(days ?? 0);
  if (known != null) return `${day}: ${round(known)}`;
  if (median == null || least == null || most == null) return day;
  return `${day}: ${round(median)}, ${round(least)} to ${round(most)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function drawToday(plot: uPlot, seconds: number, stroke: string): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(seconds, 'x', true));
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.setLineDash([3, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
