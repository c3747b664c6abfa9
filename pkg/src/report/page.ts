/** The report: one file that explains every number in it. */
import type { Plan } from '../../types/engine.js';
import type { OrderRun } from '../simulate/run-orders.js';
import type { Company } from '../simulate/sample.js';
import { documentPage, html, type Html } from './html.js';
import { ordersSection } from './orders.js';
import { basketSection, counted, forecastSection, percent, purchaseSection } from './plan.js';
import { STYLE } from './style.js';

export interface Report {
  title: string;
  plan: Plan;
  /** What happened to the customers' orders, where any were sent. */
  orders?: { run: OrderRun; company: Company };
}

/** The whole page as text. */
export function reportPage({ title, plan, orders }: Report): string {
  const body = html`<header class="top"><h1>${title}</h1>
<p class="soft">What to buy on ${plan.today}, from whom, and why${orders ? ', and what became of every order' : ''}.</p>
<div class="tiles">${headlines(plan, orders?.run)}</div></header>
<main>${purchaseSection(plan)}${forecastSection(plan)}${basketSection(plan)}
${orders ? ordersSection(orders.run, orders.company) : ''}</main>
<footer>Made by Replenish. Every number above was computed by one engine from the files given; nothing on this page is loaded from elsewhere.</footer>`;
  return documentPage(title, STYLE, body);
}

function headlines(
  { products, purchase_orders, allocation }: Plan,
  run: OrderRun | undefined,
): Html[] {
  const saving = allocation.baselines.find(({ policy }) => policy === 'default_supplier');
  const short = products.filter(({ replenishment }) => replenishment?.requirement).length;
  const unplanned = products.filter(({ problem }) => problem !== null).length;
  const tiles = [
    tile(
      `${short} of ${products.length}`,
      `products must be bought${unplanned > 0 ? `; ${unplanned} could not be planned` : ''}`,
    ),
    tile(allocation.total, `in ${counted(purchase_orders.length, 'purchase order')}`),
  ];
  if (saving && saving.fallback_lines < allocation.lines.length) {
    const dearer = saving.saving.startsWith('-');
    const share = percent(Math.abs(saving.saving_share));
    const missing = /^0(\.0+)? /.test(saving.below_minimum)
      ? ''
      : `, whose orders would be ${saving.below_minimum} below minimum values`;
    const words = `${dearer ? 'more' : 'less'} than from default suppliers (${share})${missing}`;
    tiles.push(tile(saving.saving.replace('-', ''), words, dearer || /^0(\.0+)? /.test(saving.saving) ? 'plain' : 'good'));
  }
  if (run) {
    const { lost, doubled, saleOrders, holds } = run.proof;
    const words = `and ${doubled.length} doubled of ${saleOrders} sale orders, by the vendors' own books`;
    tiles.push(tile(`${lost.length} lost`, words, holds ? 'good' : 'bad'));
  }
  return tiles;
}

function tile(value: string, words: string, tone: 'plain' | 'good' | 'bad' = 'plain'): Html {
  return html`<div class="tile ${tone}"><b>${value}</b><span>${words}</span></div>`;
}
