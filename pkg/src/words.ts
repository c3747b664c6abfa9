/** What reports and pages say of costs, refusals and drafts, so that all say the same. */
import type { CostKind, Exclusion, PurchaseOrder, RankedOffer, ReasonStep } from '../types/engine.js';

/** What a purchase adds to the bill, term by term; all other lines stay where they are. */
export function costWords({ costs }: RankedOffer): string {
  const words = costs.map(({ kind, amount: money }) => {
    if (kind === 'goods') return `goods ${money}`;
    const [paid, saved] = COST_WORDS[kind];
    return money.startsWith('-') ? `less ${saved} ${money.slice(1)}` : `plus ${paid} ${money}`;
  });
  return words.join(', ');
}

/** What a cost is called, and what it is called where it makes the bill smaller. */
const COST_WORDS: Record<Exclude<CostKind, 'goods'>, readonly [string, string]> = {
  handling: ['handling of packs', 'handling of packs'],
  duty: ['duty', 'duty'],
  import_fee: ['import fee', 'import fee'],
  tax: ['tax', 'tax'],
  deposit: ['deposit that is lost', 'deposit'],
  rebate: ['rebate', 'rebate'],
  substitute_penalty: ['penalty for the substitute', 'penalty for the substitute'],
  failure_cost: ['cost of failed deliveries', 'cost of failed deliveries'],
  payment_terms: ['payment terms', 'worth of the payment terms'],
  freight: ['freight', 'freight saved'],
  order_handling: ['handling of the order', 'handling of the order saved'],
  order_cost: ['cost of ordering', 'cost of ordering saved'],
  below_minimum: ["for the supplier's minimum", "otherwise for the supplier's minimum"],
  yearly_rebate: ['yearly rebate lost', 'yearly rebate'],
};

/** Why an offer cannot serve. */
export function exclusionWords(reason: Exclusion): string {
  switch (reason.type) {
    case 'invalid':
      return `${reason.problem.path}: expected ${reason.problem.expected}, got ${reason.problem.got}`;
    case 'exchange_rate_missing':
      return `priced in ${reason.currency}, for which there is no exchange rate`;
    case 'exchange_rate_too_old':
      return `priced in ${reason.currency}, whose exchange rate is of ${reason.date}`;
    case 'not_yet_valid':
      return `holds from ${reason.valid_from}`;
    case 'expired':
      return `held until ${reason.valid_until}`;
    case 'not_enough':
      return `only ${reason.available} there`;
    case 'availability_too_old':
      return `last said on ${reason.as_of} what is there`;
    case 'maximum_exceeded':
      return `the smallest purchase is above ${reason.maximum}`;
    case 'too_late':
      return `there on ${reason.arrival}, latest ${reason.latest}`;
    case 'shelf_life_too_short':
      return `keeps for ${reason.days} days only`;
    case 'blocked':
    case 'supplier_blocked':
      return `blocked: ${reason.reason}`;
    case 'supplier_forbidden':
      return 'supplier forbidden';
    case 'supplier_not_allowed':
      return 'supplier not allowed for the product';
    case 'on_time_too_low':
      return `in time in ${percent(reason.share)} only`;
    case 'quality_too_low':
      return `as ordered in ${percent(reason.share)} only`;
  }
}

/** What an order comes to, term by term; amounts as `shown` writes them. */
export function sumWords(order: PurchaseOrder, shown = (money: string) => money): string {
  const { goods, freight, charges, net, tax, lines } = order;
  const ofLines = lines.some((line) => !isZero(line.charges)) ? ' + charges of lines' : '';
  const ofOrder = isZero(charges) ? '' : ` + charges ${shown(charges)}`;
  const taxed = isZero(tax) ? '' : ` = net ${shown(net)}, + tax ${shown(tax)}`;
  return `goods ${shown(goods)}${ofLines} + freight ${shown(freight)}${ofOrder}${taxed}`;
}

/** When an order has to be placed and when the goods shall come. */
export function deliveryWords(order: PurchaseOrder): string {
  const { order_by: by, order_date, requested_delivery, location } = order;
  const place = location ? ` to ${location}` : '';
  const time = by?.time ? ` before ${by.time} at the supplier's` : '';
  // A day that is there already is not told as time left.
  const day = by && by.day > order_date ? `by ${by.day}` : 'today';
  const latest = by ? `, order ${day}${time}` : '';
  return `delivery${place} on ${requested_delivery}${latest}`;
}

/** What the steps are called that led to a line. */
export const REASON_WORDS: Record<ReasonStep, string> = {
  forecast: 'Forecast',
  requirement: 'Requirement',
  allocation: 'Choice',
};

function isZero(money: string): boolean {
  return /^-?0+(\.0+)? /.test(money);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
