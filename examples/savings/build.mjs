// Makes up the purchases of half a year, and what suppliers offered meanwhile.
//
//   node examples/savings/build.mjs [--out DIR]
//
// Everything is synthetic: suppliers, products, prices and orders are drawn from seeded streams, so that
// the same program gives the same bytes. The buyer in it orders twice a week, mostly from the supplier
// that each product has always come from, and now and then from the one with the lowest price.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { stream } from "../fresh-food/random.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const FIRST = Date.UTC(2026, 0, 5);
const WEEKS = 26;
const DAY = 86_400_000;
/** The days on which new price lists come out. */
const LISTS = [0, 91];

const SUPPLIERS = [
  { name: "alder", level: 1.0, minimum: 60, freight: 14, free: 220 },
  { name: "birch", level: 0.97, minimum: 80, freight: 22, free: 350 },
  { name: "cedar", level: 1.03, minimum: 0, freight: 9, free: 150 },
  { name: "elm", level: 0.95, minimum: 120, freight: 35, free: 500 },
];

const PRODUCTS = [
  ["baking-paper", 6.4], ["bin-bags", 4.9], ["coffee-beans", 13.2], ["cups", 3.1],
  ["detergent", 8.7], ["dish-cloths", 5.2], ["espresso-pods", 11.5], ["flour", 2.2],
  ["gloves", 7.3], ["napkins", 2.6], ["oat-milk", 2.1], ["olive-oil", 9.8],
  ["sugar", 1.4], ["tea", 4.4], ["till-rolls", 6.9], ["tomato-passata", 1.9],
];

const date = (day) => new Date(FIRST + day * DAY).toISOString().slice(0, 10);
const cents = (amount) => (Math.round(amount * 100) / 100).toFixed(2);

/** Every file: a map from its name to its text. */
export function build() {
  const offers = PRODUCTS.flatMap(([sku, base]) =>
    SUPPLIERS.filter(({ name }) => stream("offers", sku, name).chance(0.85)).map((supplier) => {
      const draw = stream("list", sku, supplier.name);
      const own = base * supplier.level * draw.between(0.92, 1.1);
      return {
        sku,
        supplier: supplier.name,
        pack: draw.pick([1, 1, 2, 6]),
        lead: draw.whole(1, 3),
        lists: LISTS.map(() => own * draw.between(0.95, 1.06)),
        tier: draw.chance(0.4) ? { from: draw.pick([24, 36, 48]), factor: draw.between(0.9, 0.96) } : undefined,
      };
    }),
  );
  const valid = (list) => [date(LISTS[list]), list + 1 < LISTS.length ? date(LISTS[list + 1] - 1) : ""];
  const offerRows = offers.flatMap(({ sku, supplier, pack, lead, lists, tier }) =>
    lists.flatMap((price, list) => {
      const row = (from, unit) =>
        [`${sku}-${supplier}-${list + 1}`, supplier, sku, "EUR", from, cents(unit), pack, lead, ...valid(list)].join(",");
      return [row(0, price), ...(tier ? [row(tier.from, price * tier.factor)] : [])];
    }),
  );
  return new Map([
    ["offers.csv", csv("offer,supplier,sku,currency,min_quantity,unit_price,pack_size,lead_time_days,valid_from,valid_until", offerRows)],
    ["terms.csv", csv("supplier,currency,minimum_order_value,freight,free_freight_from", SUPPLIERS.map(
      ({ name, minimum, freight, free }) => [name, "EUR", minimum || "", freight, free].join(","),
    ))],
    ["history.csv", csv("order,date,sku,quantity,supplier,unit_price,currency,freight", history(offers))],
  ]);
}

/** The lines of every order: what is needed twice a week, each product from where it usually comes. */
function history(offers) {
  const rows = [];
  let number = 1000;
  for (let day = 0; day < WEEKS * 7; day += day % 7 === 0 ? 3 : 4) {
    const list = LISTS.findLastIndex((first) => first <= day);
    const draw = stream("needs", String(day));
    const orders = new Map();
    for (const [sku] of PRODUCTS) {
      if (!draw.chance(0.45)) continue;
      const known = offers.filter((offer) => offer.sku === sku);
      // Some lines follow the price list, the others habit.
      const cheapest = known.reduce((a, b) => (b.lists[list] < a.lists[list] ? b : a));
      const usual = known[stream("habit", sku).whole(0, known.length - 1)];
      const offer = draw.chance(0.25) ? cheapest : usual;
      const packs = Math.ceil(draw.whole(4, 40) / offer.pack);
      const quantity = packs * offer.pack;
      const reached = offer.tier && quantity >= offer.tier.from ? offer.tier.factor : 1;
      // What is paid differs from the list now and then.
      const paid = offer.lists[list] * reached * (draw.chance(0.15) ? draw.between(0.97, 1.05) : 1);
      const lines = orders.get(offer.supplier) ?? [];
      orders.set(offer.supplier, [...lines, { sku, quantity, price: cents(paid) }]);
    }
    for (const [name, lines] of orders) {
      number += 1;
      const goods = lines.reduce((sum, { quantity, price }) => sum + quantity * Number(price), 0);
      const terms = SUPPLIERS.find((supplier) => supplier.name === name);
      const freight = goods >= terms.free ? 0 : terms.freight;
      // Of some orders nobody wrote down what freight cost.
      const known = draw.chance(0.8) ? String(freight) : "";
      lines.forEach(({ sku, quantity, price }, at) => {
        rows.push([number, date(day), sku, quantity, name, price, "EUR", at === 0 ? known : ""].join(","));
      });
    }
  }
  return rows;
}

function csv(header, rows) {
  return `${[header, ...rows].join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: "string", default: HERE } } });
  mkdirSync(values.out, { recursive: true });
  for (const [name, text] of build()) writeFileSync(join(values.out, name), text);
}
