// Turns real baskets into customer orders.
//
// Open today are all baskets of today, and those of the six days before that hold several lines or
// a coupon. Most baskets of the source hold one line; the earlier ones are worth splitting.

import { articleKey, compare } from "./articles.mjs";
import { stream } from "./random.mjs";
import { addDays } from "./source.mjs";

const OPEN_DAYS = 6;
const DELIVERY_CENTS = 490;
const FREE_DELIVERY_FROM_CENTS = 1000;
const OWN_WAREHOUSE_SHARE = 1 / 8;

/** Who fulfils a line, and how each one's order system behaves when a request is repeated. */
export const VENDORS = [
  { vendor: "greengrocer", name: "Green Lane Greengrocer", erp: "deduplicates" },
  { vendor: "butcher", name: "Block & Cleaver Butcher", erp: "lookup" },
  { vendor: "dairy", name: "Morning Pail Dairy", erp: "none" },
  { vendor: "bakery", name: "Hearth Lane Bakery", erp: "deduplicates" },
  { vendor: "delicatessen", name: "Corner Delicatessen", erp: "lookup" },
  { vendor: null, name: "Own warehouse", erp: "deduplicates" },
];

/** The open orders by day and id, the units they reserve, and what was left out. */
export function makeOrders(lines, articles, today) {
  const byKey = new Map(articles.map((article) => [article.key, article]));
  const baskets = new Map();
  const since = addDays(today, -OPEN_DAYS);
  for (const line of lines) {
    const article = byKey.get(articleKey(line));
    if (!article || line.date < since) continue;
    if (!baskets.has(line.basket))
      baskets.set(line.basket, { basket: line.basket, date: line.date, lines: [] });
    baskets.get(line.basket).lines.push({ ...line, article });
  }
  const sorted = [...baskets.values()].sort(
    (a, b) => compare(a.date, b.date) || compare(a.basket, b.basket),
  );
  const open = sorted.filter(
    ({ date, lines: held }) => date === today || held.length > 1 || couponCents(held) > 0,
  );
  const payable = open.filter(({ lines: held }) => goodsCents(held) > couponCents(held));
  return {
    orders: payable.map(toOrder),
    reserved: reservedUnits(payable, today),
    counts: {
      today: payable.filter(({ date }) => date === today).length,
      earlier: payable.filter(({ date }) => date < today).length,
      not_payable: open.length - payable.length,
    },
  };
}

function toOrder({ basket, lines }) {
  const goods = goodsCents(lines);
  const coupons = couponCents(lines);
  const adjustments = [];
  if (coupons > 0) adjustments.push({ id: "coupons", kind: "discount", amount: usd(-coupons) });
  if (goods < FREE_DELIVERY_FROM_CENTS) {
    adjustments.push({ id: "delivery", kind: "shipping", amount: usd(DELIVERY_CENTS) });
  }
  return {
    id: `b-${basket}`,
    revision: 1,
    currency: "USD",
    lines: inOrder(lines).map((line, at) => ({
      id: String(at + 1),
      sku: line.article.sku,
      vendor: vendorOf(basket, at, line),
      quantity: `${line.quantity} each`,
      amount: usd(line.goods_cents),
    })),
    adjustments,
  };
}

// Equal articles keep the order of the receipt: sorting is stable.
const inOrder = (lines) => [...lines].sort((a, b) => compare(a.article.sku, b.article.sku));

function vendorOf(basket, at, line) {
  if (stream("own-warehouse", basket, at).chance(OWN_WAREHOUSE_SHARE)) return null;
  return CATEGORY_VENDOR[line.category] ?? DEPARTMENT_VENDOR[line.department];
}

// Orders of earlier days are part of the demand history, but their goods still lie in the warehouse.
function reservedUnits(baskets, today) {
  const reserved = new Map();
  for (const { basket, date, lines } of baskets) {
    if (date === today) continue;
    inOrder(lines).forEach((line, at) => {
      if (vendorOf(basket, at, line) !== null) return;
      reserved.set(line.article.sku, (reserved.get(line.article.sku) ?? 0) + line.quantity);
    });
  }
  return reserved;
}

const goodsCents = (lines) => lines.reduce((sum, { goods_cents }) => sum + goods_cents, 0);
const couponCents = (lines) => lines.reduce((sum, { coupon_cents }) => sum + coupon_cents, 0);

/** Writes cents as dollars with two decimals, without passing through a fraction. */
export function usd(cents) {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)} USD`;
}

const DEPARTMENT_VENDOR = {
  DELI: "delicatessen",
  GROCERY: "dairy",
  MEAT: "butcher",
  "MEAT-PCKGD": "butcher",
  PASTRY: "bakery",
  PRODUCE: "greengrocer",
  "SALAD BAR": "greengrocer",
  SEAFOOD: "butcher",
  "SEAFOOD-PCKGD": "butcher",
};

const CATEGORY_VENDOR = {
  "BAKED BREAD/BUNS/ROLLS": "bakery",
  "REFRGRATD DOUGH PRODUCTS": "bakery",
};
