/** The report on a backtest: what policies lead to at equal stock, as tables and curves. */
import type {
  BacktestPolicy,
  BacktestResult,
  BacktestSlice,
  ConfidenceInterval,
  PolicyComparison,
  PolicyMeasures,
} from '../../types/engine.js';
import { documentPage, html, type Html } from './html.js';
import { STYLE } from './style.js';
import { tradeOffChart } from './trade-off.js';

/** What was replayed, and what came of it. */
export interface MeasuredSet {
  set: string;
  about: {
    title: string;
    period: string;
    demand: string;
    value: string;
    supply: string;
    /** Whether anything but chance was invented. */
    synthetic: boolean;
  };
  left_out: readonly { code: string; count: number; first: string }[];
  result: BacktestResult;
}

/** What people call the policies. */
export const POLICY_NAMES: Record<BacktestPolicy, string> = {
  marginal_value: 'ours, marginal value',
  service_level: 'ours, one service level',
  last_period: 'last period',
  fixed_min_max: 'fixed min/max',
  level_quantity: 'level + quantity',
  manual: 'manual min/max',
  months_of_stock: 'months of stock',
  normal_base_stock: 'textbook normal',
  demand_driven: 'DDMRP',
  perfect_foresight: 'perfect foresight',
};

const SLICE_NAMES: Record<BacktestSlice['kind'], string> = {
  intermittent: 'wanted in fewer than three of four periods',
  regular: 'wanted in more periods',
  long_lead_time: 'with the longest lead times',
  short_lead_time: 'with shorter lead times',
  promoted: 'with promotions, their emergency lines in promoted periods',
};

/** The whole page as text. */
export function backtestPage(title: string, sets: readonly MeasuredSet[]): string {
  const body = html`<header class="top"><h1>${title}</h1>
<p class="soft">Recorded demand, replayed product by product under our policies and others'. Any policy goes short
less often when it holds more, so all are compared at equal average stock value.</p></header>
<main>${sets.length > 1 ? overview(sets) : ''}${sets.map(setSection)}${method(sets)}</main>
<footer>Made by Replenish. Nothing on this page is loaded from elsewhere.</footer>`;
  return documentPage(title, STYLE + CURVE_STYLE, body);
}

/** Ours against each baseline, the other of ours last. */
export function against(
  comparisons: readonly PolicyComparison[],
  ours: BacktestPolicy,
): PolicyComparison[] {
  const found = comparisons.filter((one) => one.ours === ours && one.baseline !== 'perfect_foresight');
  const isOurs = ({ baseline }: PolicyComparison) => Number(baseline === 'service_level');
  return found.sort((a, b) => isOurs(a) - isOurs(b));
}

/** How many fewer, and between what that lies with 90 % confidence. */
export function change(ratio: number | null, interval: ConfidenceInterval | null): string {
  if (ratio === null) return '–';
  const bounds = interval ? ` (${percent(interval.lower_90)} to ${percent(interval.upper_90)})` : '';
  return `${percent(ratio)} %${bounds}`;
}

function percent(ratio: number): string {
  const change = Math.round((ratio - 1) * 100);
  return change > 0 ? `+${change}` : String(change).replace('-', '\u2212');
}

/** A row for each baseline, so that a phone shows whole names beside the first sets. */
function overview(sets: readonly MeasuredSet[]): Html {
  const columns = sets.map(({ result }) => against(result.comparisons, 'marginal_value'));
  const baselines = [...new Set(columns.flat().map(({ baseline }) => baseline))];
  return html`<h2>Emergency lines at equal stock value</h2>
<p class="soft">Ours against each baseline, the mean of the settings compared, and below it the 90 % interval.</p>
<section class="card"><div class="scroll"><table><thead><tr><th>baseline</th>${sets.map(({ set }) => html`<th class="set">${set}</th>`)}</tr></thead>
<tbody>${baselines.map(
  (name) => html`<tr><th scope="row" class="name">${POLICY_NAMES[name]}</th>${columns.map((column) => {
    const one = column.find(({ baseline }) => baseline === name);
    if (one === undefined || one.ratio === null) return html`<td>–</td>`;
    return html`<td class="name"><b>${change(one.ratio, null)}</b>${one.interval ? html`<br><span class="note">${percent(one.interval.lower_90)} to ${percent(one.interval.upper_90)}</span>` : ''}</td>`;
  })}</tr>`,
)}</tbody></table></div></section>`;
}

function setSection({ set, about, left_out, result }: MeasuredSet): Html {
  const { options, products } = result;
  const ours = against(result.comparisons, 'marginal_value');
  const left = left_out.map(({ code, count }) => `${count} left out (${code.replaceAll('_', ' ')})`);
  return html`<h2>${set}</h2>
<p class="soft">${about.title}${about.synthetic ? html` <span class="chip warn">synthetic in part</span>` : ''}</p>
<section class="card"><header><h3>Stock and emergency lines</h3><span class="soft">in a thousand product-periods</span></header>
${tradeOffChart(
  `Average stock value and emergency lines of each policy on ${set}`,
  result.curves
    .filter(({ policy }) => policy !== 'perfect_foresight')
    .map(({ policy, points }) => ({
      name: POLICY_NAMES[policy],
      kind: `policy-${policy}`,
      points: points.map(({ test }) => ({ stock: test.stock_value, lines: test.emergency_lines })),
    })),
)}<p class="note">Lower is better; further left is cheaper. Both axes grow by factors.</p></section>
<section class="card"><header><h3>At equal stock value</h3></header>${pointsTable(ours)}${worseList(ours)}</section>
<section class="card"><details><summary><span class="what">Service, effort and cost at these points</span></summary>${measuresTable(ours)}</details>
<details><summary><span class="what">One service level for every product instead</span></summary>${pointsTable(against(result.comparisons, 'service_level'))}</details>
${result.slices.map(
  ({ kind, products, comparisons }) => html`<details><summary><span class="what">Only products ${SLICE_NAMES[kind]}</span><span class="soft">${products} products</span></summary>${sliceTable(against(comparisons, 'marginal_value'))}</details>`,
)}
<details><summary><span class="what">What was replayed</span></summary><ul class="plain">
<li>Period: ${about.period}</li><li>Demand: ${about.demand}</li><li>Value: ${about.value}</li><li>Supply: ${about.supply}</li>
<li>${products} products${left.map((words) => html`, ${words}`)}; ${options.tuning} periods in which dials are chosen, then ${options.test} of test, ${options.replicates} draws of products and of blocks of ${options.block} periods</li></ul></details></section>`;
}

function pointsTable(comparisons: readonly PolicyComparison[]): Html {
  return html`<div class="scroll"><table><thead><tr><th>baseline</th><th>change</th><th>emergency lines</th><th>covered at once</th><th>at fill rate</th><th>stock value</th><th>stock at equal lines</th><th>chosen before: stock, lines</th></tr></thead>
<tbody>${comparisons.flatMap(({ baseline, points }) =>
  points.map(
    ({ fill_rate, baseline: theirs, ours, ratio, interval, stock_ratio, frozen }, at) => html`<tr>
<th scope="row" class="name">${at === 0 ? POLICY_NAMES[baseline] : ''}</th><td class="name ${ratio < 1 ? 'chosen' : ''}">${change(ratio, interval)}</td>
<td class="number">${theirs.emergency_lines.toFixed(2)} → ${ours.emergency_lines.toFixed(2)}</td>
<td class="number">${(theirs.fill_rate * 100).toFixed(1)} → ${(ours.fill_rate * 100).toFixed(1)} %</td>
<td class="number">${fill_rate.toFixed(2)}</td><td class="number">${amount(theirs.stock_value)}</td>
<td class="number">${stock_ratio === null ? '–' : `${percent(stock_ratio)} %`}</td>
<td class="number">${percent(frozen.stock_ratio)} %, ${percent(frozen.ratio)} %</td></tr>`,
  ),
)}</tbody></table></div>`;
}

function measuresTable(comparisons: readonly PolicyComparison[]): Html {
  const pair = (
    theirs: PolicyMeasures,
    ours: PolicyMeasures,
    read: (measures: PolicyMeasures) => string,
  ) => html`<td class="number">${read(theirs)} → ${read(ours)}</td>`;
  return html`<div class="scroll"><table><thead><tr><th>baseline</th><th>cycles without shortage</th><th>cover, periods</th><th>waste</th><th>order lines a period</th><th>spend</th><th>bullwhip</th></tr></thead>
<tbody>${comparisons.flatMap(({ baseline, points }) =>
  points.map(
    ({ fill_rate, baseline: theirs, ours }) => html`<tr><th scope="row" class="name">${POLICY_NAMES[baseline]} ${fill_rate.toFixed(2)}</th>
${pair(theirs, ours, (m) => `${(m.cycle_service_level * 100).toFixed(1)} %`)}
${pair(theirs, ours, (m) => m.periods_of_cover.toFixed(1))}${pair(theirs, ours, (m) => `${(m.waste_share * 100).toFixed(1)} %`)}
${pair(theirs, ours, (m) => m.order_lines.toFixed(1))}${pair(theirs, ours, (m) => m.spend_index.toFixed(3))}${pair(theirs, ours, (m) => m.bullwhip.toFixed(1))}</tr>`,
  ),
)}</tbody></table></div>`;
}

function sliceTable(comparisons: readonly PolicyComparison[]): Html {
  return html`<div class="scroll"><table><thead><tr><th>baseline</th><th>emergency lines</th></tr></thead>
<tbody>${comparisons.map(({ baseline, ratio, interval }) => html`<tr><th scope="row" class="name">${POLICY_NAMES[baseline]}</th><td class="name">${change(ratio, interval)}</td></tr>`)}</tbody></table></div>`;
}

/** Where ours is not better, which the page must not keep to itself. */
function worseList(comparisons: readonly PolicyComparison[]): Html {
  const worse = comparisons.filter((found) => found.worse.length > 0);
  if (worse.length === 0) {
    return html`<p class="note">At no stock that both can have does a baseline have fewer emergency lines.</p>`;
  }
  return html`<ul class="plain">${worse.map(
    ({ baseline, comparable, worse }) => html`<li><span class="chip warn">not better</span> than ${POLICY_NAMES[baseline]} at ${worse.length} of ${comparable} settings: ${worse.map(
      ({ fill_rate, ratio }, at) => `${at > 0 ? '; ' : ''}${ratio === null ? 'some against none' : `${percent(ratio)} %`} where it covers ${(fill_rate * 100).toFixed(0)} % of demand`,
    )}</li>`,
  )}</ul>`;
}

function method(sets: readonly MeasuredSet[]): Html {
  const premium = sets[0]?.result.options.emergency_premium ?? 0;
  return html`<h2>How this is measured</h2><section class="card">
<p>An emergency line is a demand of a period that stock could not cover; it is bought at once at a premium of ${(premium * 100).toFixed(0)} %. In each period goods arrive, customers are served, emergencies are bought, stock is reviewed and ordered, in this order. Chance, such as late receipts, is the same for every policy.</p>
<p>Every policy has one dial, turned from little stock to much. A baseline is compared at the settings that came nearest to the fill rates in the periods before the test; ours stands between its two settings whose stock value in the test is next to the baseline's. <i>Chosen before</i> is what came in the test of the setting of ours that had the baseline's stock before it. Intervals (90 %) come from drawing products and blocks of periods again, both policies on the same draw.</p>
<p>Emergency lines count alike whatever they cost. Marginal value knows that and the baselines do not, so part of its lead comes from where it puts stock; what that means for the value of demand covered at once stands beside each figure.</p>
<p>Marginal value stocks each product until the next unit prevents too few emergency lines for the money that it binds; one service level takes the same quantile of demand for every product. Both follow the forecast's distribution of demand until the next order can be there, and see nothing of the future but promotions and closed days.</p></section>`;
}

function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

const CURVE_STYLE = `
.curves polyline, .key line { fill: none; stroke: var(--soft); stroke-width: 1.6; stroke-linejoin: round; }
thead .set { white-space: normal; min-width: 84px; vertical-align: bottom; }
.chart.curves { max-width: 760px; }
.curves text { font-size: 12px; }
.key { width: 26px; height: 8px; margin-right: 6px; vertical-align: middle; }
.policy-marginal_value { stroke: var(--accent) !important; stroke-width: 3 !important; }
.policy-service_level { stroke: var(--accent) !important; stroke-dasharray: 5 4; }
.policy-normal_base_stock { stroke: var(--bad) !important; stroke-width: 2 !important; }
.policy-fixed_min_max { stroke: var(--warn) !important; stroke-width: 2 !important; }
.policy-level_quantity { stroke: var(--warn) !important; stroke-dasharray: 2 3; }
.policy-manual { stroke: var(--warn) !important; stroke-dasharray: 8 4; }
.policy-months_of_stock { stroke: var(--ink) !important; stroke-dasharray: 8 4; }
.policy-demand_driven { stroke: var(--ink) !important; }
.policy-last_period { stroke: var(--soft) !important; stroke-dasharray: 1 3; }

`;
