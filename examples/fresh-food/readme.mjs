// Writes the company's README, so that no count in it can go stale.

import { median } from "./articles.mjs";

/** The README as Markdown, from everything that was built. */
export function readme(built) {
  const { receipts, articles, suppliers, offers, orders, orderCounts, stock, needs, files, today } =
    built;
  const units = articles.reduce((sum, article) => sum + article.units, 0);
  const days = articles.map((article) => article.days.size);
  const covered = articles.filter(({ makers }) =>
    suppliers.some(({ maker }) => makers.has(maker)),
  ).length;
  const lineCount = orders.reduce((sum, order) => sum + order.lines.length, 0);
  const short = stock.filter((row) => position(row) < needs.get(row.sku));
  return `<!-- Written by build.mjs; change readme.mjs instead. -->

# Fresh Food Wholesale, the sample company

A fresh-food wholesaler on the morning of ${today}: ${articles.length} articles, ${suppliers.length} suppliers, a year of daily
demand, and the customer orders open today. Demand and orders are real; the supply side is made up.

## Origin and licence

The real part comes from *The Complete Journey* by 84.51°, as published in the R package
[bradleyboehmke/completejourney](https://github.com/bradleyboehmke/completejourney) at commit
\`5b5d06192b9856edd04e4d405787af2f2e4a1fef\`, whose \`DESCRIPTION\` states the licence **CC0**. The
package's sample of ${count(receipts.read)} receipt lines of 2017 is used, not its full download. The made-up part is
placed under CC0 too.

| real | made up, from seeded streams |
|---|---|
| daily demand, in units on the receipts | cost prices: median sale price less a margin, ± 7 % by supplier |
| product types and usual package sizes | pack sizes, minimum order quantities, price breaks |
| which manufacturer sold which article | offers beyond that, up to a drawn number of 1 to 4 per article |
| the default supplier, where one of the eight sold the article (${covered} of ${articles.length}) | suppliers' names, minimum order values, freight |
| baskets: quantities, amounts, coupons | lead times, availability, validity |
| | stock on hand and on order, service levels |
| | vendors, which lines the own warehouse fulfils, delivery charge |

## Rebuild

\`\`\`sh
node examples/fresh-food/build.mjs --data DIR   # DIR holds grocery_tx.csv.gz and grocery_products.csv.gz
node --test examples/fresh-food/build.test.mjs
\`\`\`

The two files are the package's \`transactions_sample\` (without \`week\`, by time stamp, in UTC to the
minute) and the part of \`products\` that it refers to, as gzip CSV. Without \`--data\` the folder \`../shared/data\` beside the repository is read. Where the files are absent, the program
says so and changes nothing. The same input gives the same bytes. Node 20 or later, no packages.

## Counts

| what | count |
|---|---:|
| articles | ${articles.length} |
| rows of demand (days with a sale) | ${count(sum(days))} |
| units sold, 2017-01-01 to 2017-12-30 | ${count(units)} |
| selling days per article: least, median, most | ${Math.min(...days)}, ${median(days)}, ${Math.max(...days)} |
| suppliers | ${suppliers.length} |
| offers, of them with price breaks | ${offers.length}, ${offers.filter(({ breaks }) => breaks.length > 1).length} |
| articles with 1, 2, 3, 4 or more offers | ${offersPerArticle(offers).join(", ")} |
| offers expired, not yet valid, sold out | ${offers.filter(({ valid_until }) => valid_until < today).length}, ${offers.filter(({ valid_from }) => valid_from > today).length}, ${offers.filter(({ available }) => available === 0).length} |
| offers with limited availability | ${offers.filter(({ available }) => available !== "" && available > 0).length} |
| articles short of what they need until the next delivery | ${short.length} |
| customer orders: of today, of the six days before | ${orderCounts.today}, ${orderCounts.earlier} |
| order lines, of them from the own warehouse | ${lineCount}, ${orders.flatMap(({ lines }) => lines).filter(({ vendor }) => vendor === null).length} |
| orders with more than one vendor | ${orders.filter(({ lines }) => new Set(lines.map(({ vendor }) => vendor)).size > 1).length} |
| orders with a coupon, with a delivery charge | ${withAdjustment(orders, "coupons")}, ${withAdjustment(orders, "delivery")} |

"Short" is this builder's own rough measure, used to draw stock levels: on hand − reserved + on order
against the demand of the last 12 weeks over lead time and a 7-day review, plus a normal safety stock.

| supplier | articles it really sold | offers | default for | worth of what is short today, USD |
|---|---:|---:|---:|---:|
${suppliers.map((supplier) => supplierRow(supplier, built, short)).join("\n")}

| file | bytes |
|---|---:|
${[...files].map(([name, text]) => `| \`${name}\` | ${count(Buffer.byteLength(text))} |`).join("\n")}

## How articles and suppliers are chosen

- An article is a product type within its department and category. The departments are produce, meat,
  packaged meat, deli, seafood, packaged seafood, pastry and salad bar; of the department grocery only bread,
  butter, cheese, chilled dough, chilled juice, eggs, margarine, milk, milk by-products, other dairy and yogurt.
- The ${articles.length} articles with the most selling days before ${today} are kept; ties go by name.
- An article sums products of several package sizes and qualities. One unit is one item on a receipt; goods
  sold by weight count as one item each, so every unit is \`each\`. A package size stands in the
  description where more than half of the article's lines share it.
- The eight suppliers are the manufacturers that sold the most of these articles. Each article is offered by
  those of them that sold it, and by further ones until it has a drawn number of offers.

## Oddities of the source and what was done

| oddity | lines | treatment |
|---|---:|---|
| all receipt lines | ${count(receipts.read)} | |
| product not in the product file | ${count(receipts.unknown_product)} | left out |
| other departments and categories: dry grocery, drugs, fuel (with quantities up to 32,623), coupons | ${count(receipts.other_assortment)} | left out |
| frozen or shelf-stable goods inside the fresh departments (popcorn, nuts, frozen fish) | ${count(receipts.not_fresh)} | left out |
| quantity 0 | ${count(receipts.zero_quantity)} | left out: no goods moved |
| **kept** | **${count(receipts.kept)}** | in or out of the ${articles.length} articles |
| of those: amount 0 with a quantity | ${count(receipts.free)} | kept as demand, left out of the median price |
| of those: the day differs between UTC and the store's clock | ${count(receipts.moved_day)} | on the store's day |

- The receipts are stamped in **UTC**; the package made them on New York time (its \`data-raw/prep-data.R\`). Read as
  UTC the file would end on 2018-01-01 at 03:47 and a seventh of the sales would fall on the
  following day. On New York time it covers exactly 2017-01-01 to 2017-12-31, and those store days are used.
- The package gave an older panel the calendar of 2017, so holidays need not match.
- **2017-12-25** has no receipt: the package removed one straggler and assumes the stores were closed.
- No quantity in the kept lines is negative or broken; the largest is 32 (bagels). Large ones are kept.
- The file is a sample of single receipt lines: most baskets hold one line, and demand is thin.
- \`sales_value\` is after the loyalty discount and the retailer's match of a coupon, before the manufacturer's
  coupon. The amount of a line is therefore \`sales_value + coupon_match_disc\`, and the order's discount
  \`coupon_disc + coupon_match_disc\`: together they give what the customer paid.

## Files

UTF-8, LF, comma-separated with a header row, sorted; ISO days; amounts in USD.

- **\`demand.csv\`**: \`sku\`, \`date\`, \`quantity\` (units). A day without a row had no demand. The history ends the day
  before ${today}.
- **\`stock.csv\`**: \`sku\`, \`description\`, \`unit\`; \`on_hand\`, \`reserved\`, \`on_order\` (units); \`on_order_due\` (day, blank
  when nothing is on order); \`default_supplier\`; \`service_level\` (0–1; 0.98 for the best-selling fifth, 0.90 for
  the slowest quarter). \`reserved\` are the lines of earlier open orders that the own warehouse fulfils.
- **\`offers.csv\`**: one row per price break, the rows of an offer adjacent. \`offer\`, \`supplier\`, \`sku\`, \`currency\`;
  \`min_quantity\` (units from which the price holds, for all units); \`unit_price\` (USD per unit); \`pack_size\`,
  \`minimum_order_quantity\` (units); \`lead_time_days\` (calendar days); \`available\` (units, blank where not stated);
  \`valid_from\`, \`valid_until\` (days, both included).
- **\`terms.csv\`**: \`supplier\`, \`name\`, \`currency\`; \`minimum_order_value\`, \`freight\` (per order), \`free_freight_from\` (order
  value), all USD, blank where there is none.
- **\`orders.json\`**: customer orders: all baskets of ${today}, and those of the six days before that hold
  several lines or a coupon, by day and basket. \`vendor\` is who fulfils the line, by department; null is
  the own warehouse (one line in eight, drawn). Delivery is 4.90 USD for goods under 10.00 USD. Left out because coupons
  reach the goods: ${orderCounts.not_payable}.
- **\`company.json\`**: name, day, currency, and the vendors with how each one's order system treats a repeated
  request: it \`deduplicates\`, offers a \`lookup\`, or does neither (\`none\`).
`;
}

const position = ({ on_hand, reserved, on_order }) => on_hand - reserved + on_order;

function supplierRow(supplier, { articles, offers, stock, needs }, short) {
  const prices = new Map(
    offers
      .filter((offer) => offer.supplier === supplier.supplier)
      .map((offer) => [offer.sku, offer.breaks[0].unit_price]),
  );
  const worth = short
    .filter(({ default_supplier }) => default_supplier === supplier.supplier)
    .reduce(
      (total, row) => total + Math.ceil(needs.get(row.sku) - position(row)) * prices.get(row.sku),
      0,
    );
  const real = articles.filter(({ makers }) => makers.has(supplier.maker)).length;
  const defaults = stock.filter(
    ({ default_supplier }) => default_supplier === supplier.supplier,
  ).length;
  return `| \`${supplier.supplier}\` ${supplier.name} | ${real} | ${prices.size} | ${defaults} | ${Math.round(worth / 10_000)} |`;
}

function offersPerArticle(offers) {
  const perArticle = new Map();
  for (const { sku } of offers) perArticle.set(sku, (perArticle.get(sku) ?? 0) + 1);
  const counts = [...perArticle.values()];
  return [1, 2, 3, 4].map((n) => counts.filter((held) => (n < 4 ? held === n : held >= n)).length);
}

const withAdjustment = (orders, id) =>
  orders.filter(({ adjustments }) => adjustments.some((adjustment) => adjustment.id === id)).length;

const sum = (values) => values.reduce((total, value) => total + value, 0);

const count = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
