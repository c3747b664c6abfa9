// Builds the sample company from real grocery receipts.
//
//   node examples/fresh-food/build.mjs [--data DIR] [--out DIR]
//
// DIR of `--data` holds grocery_tx.csv.gz and grocery_products.csv.gz (their origin: README.md);
// without it ../shared/data beside the repository is read. Where they are absent the program says
// so and changes nothing. The same input gives the same bytes.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { chooseArticles, compare } from "./articles.mjs";
import { makeOrders, VENDORS } from "./orders.mjs";
import { readme } from "./readme.mjs";
import { readReceipts, SOURCE_FILES, TODAY } from "./source.mjs";
import { assignSuppliers, chooseSuppliers, makeOffers, makeStock } from "./supply.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
export const DEFAULT_DATA = resolve(HERE, "../../../shared/data");

/** Says which source file is missing, or nothing where all are there. */
export function missingSource(folder) {
  const missing = SOURCE_FILES.filter((file) => !existsSync(join(folder, file)));
  return missing.length ? `no ${missing.join(" and ")} in ${folder}` : undefined;
}

/** Computes every file of the company: a map from file name to text. */
export function buildCompany(folder) {
  const { lines, counts: receipts } = readReceipts(folder);
  const articles = chooseArticles(lines, TODAY);
  const suppliers = chooseSuppliers(articles);
  const assigned = assignSuppliers(articles, suppliers);
  const offers = makeOffers(articles, assigned, TODAY);
  const { orders, reserved, counts: orderCounts } = makeOrders(lines, articles, TODAY);
  const { stock, needs } = makeStock(articles, assigned, reserved, TODAY);

  const files = new Map();
  files.set(
    "company.json",
    json({ name: "Fresh Food Wholesale", today: TODAY, currency: "USD", vendors: VENDORS }),
  );
  files.set("demand.csv", csv(["sku", "date", "quantity"], demandRows(articles)));
  files.set("offers.csv", csv(OFFER_COLUMNS, offers.flatMap(offerRows)));
  files.set("orders.json", json(orders));
  files.set("stock.csv", csv(Object.keys(stock[0]), stock.map(Object.values)));
  files.set(
    "terms.csv",
    csv(
      TERMS_COLUMNS,
      suppliers.map(termsRow).sort((a, b) => compare(a[0], b[0])),
    ),
  );
  const built = { receipts, articles, suppliers, offers, orders, orderCounts, stock, needs };
  files.set("README.md", readme({ ...built, files, today: TODAY }));
  return files;
}

function demandRows(articles) {
  return articles.flatMap(({ sku, days }) =>
    [...days].sort(([a], [b]) => compare(a, b)).map(([date, quantity]) => [sku, date, quantity]),
  );
}

function offerRows(offer) {
  return offer.breaks.map(({ min_quantity, unit_price }) => [
    offer.offer,
    offer.supplier,
    offer.sku,
    "USD",
    min_quantity,
    decimal(unit_price, 4),
    offer.pack_size,
    offer.minimum_order_quantity,
    offer.lead_time_days,
    offer.available,
    offer.valid_from,
    offer.valid_until,
  ]);
}

function termsRow({ supplier, name, minimum_order_value, freight, free_freight_from }) {
  const amounts = [minimum_order_value, freight, free_freight_from];
  return [
    supplier,
    name,
    "USD",
    ...amounts.map((cents) => (cents === "" ? "" : decimal(cents, 2))),
  ];
}

/** Writes a whole number of smallest units as a decimal with that many places. */
function decimal(units, places) {
  const digits = String(units).padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function csv(columns, rows) {
  return [columns, ...rows].map((row) => `${row.map(csvField).join(",")}\n`).join("");
}

const csvField = (value) => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const OFFER_COLUMNS = [
  "offer",
  "supplier",
  "sku",
  "currency",
  "min_quantity",
  "unit_price",
  "pack_size",
  "minimum_order_quantity",
  "lead_time_days",
  "available",
  "valid_from",
  "valid_until",
];

const TERMS_COLUMNS = [
  "supplier",
  "name",
  "currency",
  "minimum_order_value",
  "freight",
  "free_freight_from",
];

function main() {
  const { values } = parseArgs({ options: { data: { type: "string" }, out: { type: "string" } } });
  const folder = values.data ?? DEFAULT_DATA;
  const missing = missingSource(folder);
  if (missing) {
    console.log(`nothing built: ${missing}`);
    return;
  }
  const out = values.out ?? HERE;
  mkdirSync(out, { recursive: true });
  for (const [name, text] of buildCompany(folder)) {
    writeFileSync(join(out, name), text);
    console.log(`${name}: ${Buffer.byteLength(text)} bytes`);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
