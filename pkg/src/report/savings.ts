/** The report on a savings ladder: what each way of choosing suppliers costs, as bars and tables. */
import type {
  LadderStep,
  LeftOutPurchase,
  Rung,
  RungCost,
  SavingsReport,
} from '../../types/engine.js';
import { bar } from './chart.js';
import { documentPage, html, type Html } from './html.js';
import { STYLE } from './style.js';

/** What people call the ways. */
export const RUNG_NAMES: Record<Rung, string> = {
  actual: 'what was done',
  default_supplier: 'default suppliers',
  cheapest_sticker: 'lowest price',
  cheapest_landed: 'lowest landed cost',
  joint: 'each basket as a whole',
};

/** How each way chooses. */
const RUNG_WORDS: Record<Rung, string> = {
  actual: 'The quantities bought, at the prices paid, with the freight paid.',
  default_supplier:
    'Each product from its default supplier: the one from whom it was bought most often before.',
  cheapest_sticker: 'Each product where a unit has the lowest price.',
  cheapest_landed:
    'Each product where its line costs least with packs, minimums and charges, whatever the order costs as a whole.',
  joint: 'All products of a basket at once, with freight, minimum orders and the cost of every order.',
};

/** How many baskets are shown; the JSON holds all. */
const SHOWN = 12;

/** The whole page as text. */
export function savingsPage(report: SavingsReport): string {
  const { total, baskets } = report.ladder;
  const title = 'What other ways of buying would have cost';
  const period =
    baskets.length === 0 ? '' : `, ${baskets[0]?.day ?? ''} to ${baskets.at(-1)?.day ?? ''}`;
  const body = html`<header class="top"><h1>${title}</h1>
<p class="soft">${counted(total.purchases, 'purchase')} in ${counted(total.baskets, 'basket')}${period}, each at the offers that held on its day.</p>
<div class="tiles">${tiles(total)}</div></header>
<main>${ladderSection(total)}${monthSection(report)}${basketSection(report)}${leftOutSection(report)}${method(report)}</main>
<footer>Made by Replenish. Every number above was computed by one engine from the files given; nothing on this page is loaded from elsewhere.</footer>`;
  return documentPage(title, STYLE + LADDER_STYLE, body);
}

/** `saves 12.00 EUR (3.1 %) against`, or what it costs more. */
export function savingWords(saving: string, share: number): string {
  const amount = saving.replace('-', '');
  const percents = `${Math.abs(share * 100).toFixed(1)} %`;
  return saving.startsWith('-')
    ? `costs ${amount} (${percents}) more than`
    : `saves ${amount} (${percents}) against`;
}

/** What is left out, by why, the most frequent first. */
export function leftOutCounts(
  left: readonly LeftOutPurchase[],
): { words: string; count: number; first: LeftOutPurchase }[] {
  const counts = new Map<string, { words: string; count: number; first: LeftOutPurchase }>();
  for (const one of left) {
    const words = whyLeftOut(one);
    const found = counts.get(words) ?? { words, count: 0, first: one };
    counts.set(words, { ...found, count: found.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function whyLeftOut({ rung, reason }: LeftOutPurchase): string {
  switch (reason.type) {
    case 'invalid':
      return `expected ${reason.problem.expected}, got ${reason.problem.got}`;
    case 'no_default_supplier':
      return 'nothing says from whom it is usually bought';
    case 'no_offer':
      return `no offer of the day that comes in time could serve ${RUNG_NAMES[rung]}${reason.supplier === null ? '' : ` (${reason.supplier})`}`;
    case 'order_refused':
      return `${RUNG_NAMES[rung]}: ${reason.problem}`;
  }
}

function tiles({ rungs, lower_bound }: LadderStep): Html[] {
  const [actual, joint] = [rungs[0], rungs.at(-1)];
  if (actual === undefined || joint === undefined) return [];
  const dearer = joint.saving.startsWith('-');
  const fewer = actual.orders - joint.orders;
  return [
    tile(actual.cost, `was paid, in ${counted(actual.orders, 'order')}`),
    tile(joint.cost, `each basket as a whole, in ${counted(joint.orders, 'order')}`),
    tile(
      joint.saving.replace('-', ''),
      `${dearer ? 'more' : 'less'} than was paid (${share(Math.abs(joint.saving_share))})`,
      dearer ? 'plain' : 'good',
    ),
    ...(joint.cost === lower_bound
      ? [tile('proved', 'no choice among the known offers costs less')]
      : [tile(lower_bound, 'no choice among the known offers costs less than this')]),
    ...(fewer > 0 ? [tile(`${fewer} fewer`, 'orders to place and to receive')] : []),
  ];
}

function tile(value: string, words: string, tone: 'plain' | 'good' = 'plain'): Html {
  return html`<div class="tile ${tone}"><b>${value}</b><span>${words}</span></div>`;
}

/** The rungs as bars from zero, and what each step saves beside them. */
function ladderSection({ rungs }: LadderStep): Html {
  const top = Math.max(...rungs.map(({ cost }) => amount(cost)), Number.MIN_VALUE);
  const steps = rungs.slice(1);
  const widest = Math.max(...steps.map(({ step }) => Math.abs(amount(step))), Number.MIN_VALUE);
  return html`<h2>The ladder</h2>
<section class="card"><header><h3>What each way costs</h3><span class="soft">bars begin at zero</span></header>
<table class="bars ladder"><caption class="hidden">What each way of choosing suppliers costs</caption><tbody>
${rungs.map(
  ({ rung, cost, saving, saving_share }, at) => html`<tr><th scope="row">${RUNG_NAMES[rung]}</th>
<td>${bar(amount(cost) / top, rung === 'joint' ? 'strong' : at === 0 ? 'faint' : 'plain')}</td>
<td class="number">${cost}${at === 0 ? '' : html` <span class="soft">${signed(saving, saving_share)}</span>`}</td></tr>`,
)}</tbody></table></section>
<section class="card"><header><h3>What each step saves</h3><span class="soft">to the left where it costs more</span></header>
${stepChart(steps, widest)}
<ul class="plain words">${rungs.map(({ rung }) => html`<li><b>${RUNG_NAMES[rung]}</b>: ${RUNG_WORDS[rung]}</li>`)}</ul></section>`;
}

/** What each step saves, to the right of a line, or to its left where it costs more. */
function stepChart(steps: readonly RungCost[], widest: number): Html {
  const most = (sign: number) =>
    Math.max(...steps.map(({ step }) => sign * amount(step)), 0) / widest;
  const [left, right] = [most(-1), most(1)];
  // Each side gets the room that its longest bar needs.
  const zero = (left / Math.max(left + right, Number.MIN_VALUE)) * 100;
  const unit = 100 / Math.max(left + right, Number.MIN_VALUE);
  return html`<table class="bars ladder"><caption class="hidden">What each step saves</caption><tbody>
${steps.map(({ rung, step, step_share }) => {
  const width = (Math.abs(amount(step)) / widest) * unit;
  const dearer = step.startsWith('-');
  return html`<tr><th scope="row">${RUNG_NAMES[rung]}</th>
<td><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${dearer ? 'bar-bad' : 'bar-strong'}" x="${(dearer ? zero - width : zero).toFixed(2)}" width="${width.toFixed(2)}" height="10"/><line class="zero" x1="${zero.toFixed(2)}" x2="${zero.toFixed(2)}" y1="0" y2="10"/></svg></td>
<td class="number">${step.replace('-', '\u2212')} <span class="soft">${share(step_share)}</span></td></tr>`;
})}</tbody></table>`;
}

function monthSection({ ladder: { months } }: SavingsReport): Html | string {
  if (months.length < 2) return '';
  return html`<h2>By month</h2><section class="card"><div class="scroll"><table>
<thead><tr><th>month</th>${(months[0]?.total.rungs ?? []).map(({ rung }) => html`<th class="number">${RUNG_NAMES[rung]}</th>`)}<th class="number">saved in all</th></tr></thead>
<tbody>${months.map(({ month, total: { rungs } }) => {
  const joint = rungs.at(-1);
  const dearer = joint?.saving.startsWith('-') === true;
  return html`<tr><th scope="row" class="name">${month}</th>${rungs.map(({ cost }) => html`<td class="number">${cost}</td>`)}
<td class="number ${dearer ? '' : 'chosen'}">${joint?.saving ?? ''} <span class="soft">${share(joint?.saving_share ?? 0)}</span></td></tr>`;
})}</tbody></table></div></section>`;
}

function basketSection({ ladder: { baskets } }: SavingsReport): Html | string {
  const shown = baskets
    .toSorted((a, b) => saved(b.total) - saved(a.total) || (a.day < b.day ? -1 : 1))
    .slice(0, SHOWN);
  if (shown.length === 0) return '';
  return html`<h2>Where it would have paid most</h2><section class="card"><div class="scroll"><table>
<thead><tr><th>basket of</th><th class="number">purchases</th><th class="number">was paid</th><th class="number">as a whole</th><th class="number">saved</th><th class="number">orders</th></tr></thead>
<tbody>${shown.map(({ day, total: { purchases, rungs } }) => {
  const [actual, joint] = [rungs[0], rungs.at(-1)];
  return html`<tr><th scope="row" class="name">${day}</th><td class="number">${purchases}</td><td class="number">${actual?.cost ?? ''}</td><td class="number">${joint?.cost ?? ''}</td>
<td class="number">${joint?.saving ?? ''} <span class="soft">${share(joint?.saving_share ?? 0)}</span></td><td class="number">${actual?.orders ?? 0} → ${joint?.orders ?? 0}</td></tr>`;
})}</tbody></table></div></section>`;
}

function leftOutSection({ ladder: { left_out }, problems, refused_rows }: SavingsReport): Html | string {
  if (left_out.length === 0 && refused_rows === 0) return '';
  return html`<h2>In no figure</h2><section class="card">
<p>What one way cannot serve is left out of all of them, so that all are compared on the same purchases.</p><ul class="plain">
${leftOutCounts(left_out).map(
  ({ words, count, first }) => html`<li><span class="chip">${counted(count, 'purchase')}</span> ${words}, such as ${first.sku} of order ${first.order} on ${first.date}</li>`,
)}
${refused_rows === 0 ? '' : html`<li><span class="chip warn">${counted(refused_rows, 'row')}</span> of the history cannot be read${problems.slice(0, 5).map(({ line, column, expected, got }) => html`<br>line ${line}${column === '' ? '' : `, ${column}`}: expected ${expected}, got ${got === '' ? 'nothing' : got}`)}</li>`}
</ul></section>`;
}

function method({ ladder: { currency } }: SavingsReport): Html {
  return html`<h2>How this is measured</h2><section class="card">
<p>All ways are costed alike, in ${currency}: every line at landed cost, every order with its freight and charges. Freight is what was paid where that is known, otherwise what the supplier's terms ask. Only offers that held on the day of the order count, and only those from which goods come in time.</p>
<p>The ways that choose line by line fix from whom each product comes. How much is then bought there is as good as it can be: price breaks, minimum orders and free freight are reached where that pays. So what a step saves is due to the choice of suppliers alone, and each basket as a whole never costs more than any of these three. The lowest price can cost more in all than default suppliers, and what was paid can be less than any offer that is known.</p></section>`;
}

function saved({ rungs }: LadderStep): number {
  return amount(rungs.at(-1)?.saving ?? '0');
}

/** The number of an amount, for bars and order only. */
function amount(money: string): number {
  return Number(money.split(' ')[0]);
}

function signed(saving: string, part: number): string {
  return saving.startsWith('-') ? `+${share(Math.abs(part))}` : `\u2212${share(Math.abs(part))}`;
}

function share(part: number): string {
  return `${(part * 100).toFixed(1)} %`.replace('-', '\u2212');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const LADDER_STYLE = `
.ladder th { min-width: 11em; }
.ladder td.number { min-width: 13em; }
.bar-bad { fill: var(--bad); }
.bar .zero { stroke: var(--ink); stroke-width: 0.4; }
.words { margin-top: 14px; color: var(--soft); }
`;
