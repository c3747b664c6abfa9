/** The report's part on what to buy, from whom, and why. */
import type {
  AllocatedLine,
  Allocation,
  Comparison,
  ExcludedOffer,
  Plan,
  ProductPlan,
  PurchaseOrder,
  PurchaseOrderLine,
} from '../../types/engine.js';
import { shortModel } from '../model.js';
import { costWords, deliveryWords, exclusionWords, sumWords } from '../words.js';
import { bar, barChart, fanChart } from './chart.js';
import { html, type Html } from './html.js';

/** How many of the most urgent products get a chart. */
const CHARTS = 6;
/** How many of the last days a chart shows. */
const CHART_DAYS = 56;

export function purchaseSection(plan: Plan): Html {
  const lines = new Map(plan.allocation.lines.map((line) => [line.requirement.sku, line]));
  const products = new Map(plan.products.map((product) => [product.sku, product]));
  const comparisons = new Map(plan.allocation.comparisons.map((found) => [found.sku, found]));
  const names = new Map(plan.allocation.orders.map(({ supplier, name }) => [supplier, name]));
  return html`<h2>What to buy</h2>
<p class="soft">One draft for each supplier. Open a line to see the arithmetic behind the quantity and every
offer that was compared.</p>
${plan.purchase_orders.length === 0 ? html`<section class="card">${nothing(plan)}</section>` : ''}
${plan.purchase_orders.map((order) => purchaseOrder(order, plan.today, names, lines, products, comparisons))}
${unmet(plan, products, comparisons, names)}${problems(plan)}`;
}

/** Why there is no order: the stock may do, or nobody can tell or deliver. */
function nothing({ products, allocation }: Plan): string {
  const open = products.some(({ problem }) => problem !== null) || allocation.unmet.length > 0;
  return open ? 'No orders: see below what is missing.' : 'Nothing: the stock will do.';
}

function purchaseOrder(
  order: PurchaseOrder,
  today: string,
  names: Names,
  lines: Map<string, AllocatedLine>,
  products: Map<string, ProductPlan>,
  comparisons: Map<string, Comparison>,
): Html {
  const name = order.supplier_name ?? names.get(order.supplier);
  const called = [...(name ? [order.supplier] : []), ...(order.number ? [order.number] : []), order.id];
  return html`<section class="card"><header><h3>${name ?? order.supplier}</h3>
<span><b>${order.total}</b> <span class="soft">= ${sumWords(order)}</span></span></header>
<p class="note">${called.join(' · ')} · ${counted(order.lines.length, 'line')} · ${deliveryWords(order)} · complete on ${order.expected_arrival}</p>
${(order.notes ?? []).map((note) => html`<p class="note">${note}</p>`)}
${order.lines.map((line) => {
  const product = products.get(line.sku);
  return html`<details><summary><span class="what">${product?.description ?? line.sku}</span>
${line.arrival > line.need_by ? html`<span class="chip warn">there on ${line.arrival}, late</span>` : ''}<span class="soft">need by ${line.need_by}</span>
<span class="number">${line.quantity} at ${line.unit_price}</span><span class="number">${line.amount}</span></summary>
<div class="why">${codes(line)}${arithmetic(product, today, line)}${offers(comparisons.get(line.sku), lines.get(line.sku), names)}</div></details>`;
})}</section>`;
}

/** What buyer and supplier call the product, and what the price is of. */
function codes({ buyer_code, supplier_code, packs, pack_size, price_break, price_unit, tax_rate }: PurchaseOrderLine): Html {
  const words = [
    ...(buyer_code ? [`our code ${buyer_code}`] : []),
    ...(supplier_code ? [`the supplier's code ${supplier_code}`] : []),
    `${counted(Number(packs), 'pack')} of ${pack_size}`,
    ...(price_unit ? [`priced by ${price_unit}`] : []),
    ...(price_break ? [`the price from ${price_break} on`] : []),
    ...(tax_rate ? [`tax rate ${tax_rate}`] : []),
  ];
  return html`<p class="note">${words.join(' · ')}</p>`;
}

/** Why this quantity. */
function arithmetic(
  product: ProductPlan | undefined,
  today: string,
  line?: PurchaseOrderLine,
): Html {
  const { replenishment, forecast } = product ?? {};
  if (!replenishment) return html``;
  const risk = Math.round(replenishment.stock_out_risk * 100);
  return html`<div><h4>Why this quantity</h4><table><tbody>
${replenishment.terms.map(({ name, value }) => html`<tr><td>${name}</td><td class="number">${value}</td></tr>`)}
${line ? html`<tr><td>ordered, in whole packs and no less than is sold</td><td class="number">${line.quantity} (${counted(Number(line.packs), 'pack')})</td></tr>` : ''}</tbody></table>
<p class="note">Level and expected demand are of lead time and review period together, as a distribution,
so the daily forecast times the days need not give them. Without an order more will be wanted than there is
with ${risk} % probability. ${replenishment.order_by ? `${sentence(orderBy(replenishment.order_by, today))}. ` : ''}${forecast ? html`Forecast: ${forecast.reason}.` : ''}</p></div>`;
}

/** When to order, said so that a day that has passed is not taken for time left. */
function orderBy(day: string, today: string): string {
  if (day > today) return `order by ${day}`;
  return day === today ? 'order today' : `order now: due since ${day}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Why this supplier. */
function offers(
  comparison: Comparison | undefined,
  line: AllocatedLine | undefined,
  names: Names,
): Html {
  if (comparison === undefined) return html``;
  const dearest = Math.max(
    ...comparison.ranked.map(({ landed_cost }) => amount(landed_cost)),
    0.01,
  );
  return html`<div><h4>Why this supplier</h4>
${line ? html`<p class="note">${line.reason}.</p>` : ''}
${comparison.ranked.length > 0 ? html`<p class="note">What each offer adds to the bill while all other lines stay as they are:</p>` : ''}
<ul class="plain offers">${comparison.ranked.map((ranked) => {
    const chosen = ranked.offer === line?.offer;
    return html`<li><div class="row"><span class="${chosen ? 'chosen' : ''}">${named(ranked.supplier, names)}</span><span class="number">${ranked.landed_cost}</span></div>
${amount(ranked.landed_cost) > 0 ? bar(amount(ranked.landed_cost) / dearest, chosen ? 'strong' : 'plain') : ''}
<span class="soft">${ranked.purchase.quantity} at ${ranked.purchase.unit_price}: ${costWords(ranked)}, there on ${ranked.arrival}</span></li>`;
  })}</ul>${excluded(comparison.excluded, names)}</div>`;
}

function excluded(list: readonly ExcludedOffer[], names: Names): Html {
  if (list.length === 0) return html``;
  return html`<h4>Cannot serve</h4><ul class="plain">${list.map(
    ({ supplier, reason, remedy }) =>
      html`<li>${named(supplier, names)}: ${exclusionWords(reason)}${remedy === '' ? '' : html` <span class="soft">(${remedy})</span>`}</li>`,
  )}</ul>`;
}

/** What must be bought and nobody can deliver. */
function unmet(
  { allocation, today }: Plan,
  products: Map<string, ProductPlan>,
  comparisons: Map<string, Comparison>,
  names: Names,
): Html {
  if (allocation.unmet.length === 0) return html``;
  return html`<section class="card"><header><h3>Nobody can deliver</h3><span class="chip warn">${allocation.unmet.length}</span></header>
${allocation.unmet.map(
  ({
    requirement,
    reason,
  }) => html`<details><summary><span class="what">${products.get(requirement.sku)?.description ?? requirement.sku}</span>
<span class="soft">${reason}</span><span class="number">${requirement.quantity} by ${requirement.need_by}</span></summary>
<div class="why">${arithmetic(products.get(requirement.sku), today)}${offers(comparisons.get(requirement.sku), undefined, names)}</div></details>`,
)}</section>`;
}

/** Products that could not be planned: their mistake spoils no other product. */
function problems({ products, notes }: Plan): Html {
  const bad = products.filter(({ problem }) => problem !== null);
  return html`${list(
    'Not planned, and why',
    bad.map(({ description, problem }) => `${description}: ${problem?.message}`),
  )}
${list('Read, but not used', notes)}`;
}

function list(title: string, lines: readonly string[]): Html {
  if (lines.length === 0) return html``;
  return html`<section class="card"><header><h3>${title}</h3><span class="chip">${lines.length}</span></header>
<ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}

export function forecastSection(plan: Plan): Html {
  const urgent = plan.products
    .filter(({ replenishment }) => replenishment?.requirement)
    .sort(byUrgency);
  if (urgent.length === 0) return html``;
  return html`<h2>How much will be wanted</h2>
<p class="soft">The products that would be missed most, day by day: what was sold, and what may be wanted next.</p>
<div class="legend"><span><i class="key-history"></i>sold</span><span><i class="key-median"></i>median forecast</span><span><i class="key-1"></i>50 % of outcomes</span><span><i class="key-0"></i>90 % of outcomes</span></div>
<div class="grid">${urgent.slice(0, CHARTS).map((product) => forecastCard(product, plan.today))}</div>`;
}

function forecastCard(
  { description, forecast, history, replenishment }: ProductPlan,
  today: string,
): Html {
  const path = (probability: number) =>
    forecast?.quantiles.find((found) => found.probability === probability)?.values ?? [];
  const shown = history.slice(-CHART_DAYS);
  const horizon = forecast?.mean.length ?? 0;
  return html`<article class="card"><header><h3>${description}</h3></header>
<p class="note"><span title="${forecast?.model ?? ''}">${shortModel(forecast?.model ?? '')}</span>, ${forecast?.pattern.class.replace('_', ' ')} demand · ${orderBy(replenishment?.order_by ?? today, today)}</p>
${fanChart({
  label: `Daily demand for ${description}: the last ${shown.length} days and a forecast of ${horizon} days`,
  history: shown,
  median: path(0.5),
  bands: [
    { lower: path(0.05), upper: path(0.95) },
    { lower: path(0.25), upper: path(0.75) },
  ],
  ticks: [`${shown.length} days before`, today, horizon > 1 ? `+${horizon - 1} days` : ''],
})}</article>`;
}

/** What would be missed most: the demand expected to come times the chance of having run out. */
function byUrgency(a: ProductPlan, b: ProductPlan): number {
  const missed = ({ replenishment }: ProductPlan) =>
    (replenishment?.expected_demand ?? 0) * (replenishment?.stock_out_risk ?? 0);
  return missed(b) - missed(a) || (a.sku < b.sku ? -1 : 1);
}

export function basketSection({ allocation, currency }: Plan): Html {
  if (allocation.lines.length === 0) return html``;
  const names = {
    default_supplier: 'each from its default supplier',
    cheapest_sticker: 'each at its lowest price',
    cheapest_line: 'each where it is cheapest by itself',
  };
  return html`<h2>What the basket costs</h2>
<p class="soft">${counted(allocation.lines.length, 'line')} together, goods and freight, against simpler rules for the same ${allocation.lines.length === 1 ? 'line' : 'lines'}.</p>
<section class="card">${barChart(`Cost of the basket in ${currency}`, [
    ...allocation.baselines.map(({ policy, cost, saving, saving_share }) => ({
      name: names[policy],
      value: amount(cost),
      text: `${cost} (${saving.replace('-', '')} or ${percent(Math.abs(saving_share))} ${amount(saving) >= 0 ? 'more' : 'less'})`,
      kind: 'plain' as const,
    })),
    {
      name: 'this allocation',
      value: amount(allocation.total),
      text: allocation.total,
      kind: 'strong',
    },
    {
      name: 'proven lower bound',
      value: amount(allocation.lower_bound),
      text: allocation.lower_bound,
      kind: 'faint',
    },
  ])}
<p class="note">${certainty(allocation)}
${allocation.baselines.filter(({ fallback_lines: lines }) => lines > 0).map(({ policy, fallback_lines }) => html`For ${counted(fallback_lines, 'line')} the rule &#8220;${names[policy]}&#8221; has no offer and takes the cheapest. `)}${allocation.baselines.filter(({ below_minimum: missing }) => !/^0(\.0+)? /.test(missing)).map(({ policy, below_minimum }) => html`The rule &#8220;${names[policy]}&#8221; misses minimum order values by ${below_minimum}: suppliers would refuse those orders. `)}</p></section>`;
}

/** What is known about the total. */
function certainty({ status, gap, conflict, thinned_offers: thinned }: Allocation): string {
  const considered =
    thinned.length > 0 ? ', of the numbers of packs that were considered' : '';
  switch (status) {
    case 'proved':
      return `Nothing costs less${considered}. `;
    case 'gap':
      return `The cheapest possible costs at most ${percent(gap)} less${considered}. `;
    case 'infeasible':
      return `Not everything that has to be bought can be. ${(conflict?.relaxations ?? [])
        .slice(0, 3)
        .map(({ words, total }) => `What would help: ${words}, at ${total} altogether. `)
        .join('')}`;
  }
}

/** Suppliers' names, where they have any. */
type Names = ReadonlyMap<string, string | null | undefined>;

/** A supplier by its name, with the id that the engine's own words use. */
function named(supplier: string, names: Names): string {
  const name = names.get(supplier);
  return name ? `${name} (${supplier})` : supplier;
}

/** `1 line`, `2 lines`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** An amount for drawing; what is written is the engine's exact text. */
function amount(money: string): number {
  return Number.parseFloat(money);
}
