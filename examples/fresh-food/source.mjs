// Reads the grocery receipts and keeps the lines a fresh-food wholesaler would recognise.
//
// Every line left out is counted under a reason; nothing disappears silently.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export const TODAY = "2017-12-31";
export const SOURCE_FILES = ["grocery_tx.csv.gz", "grocery_products.csv.gz"];

/** Reads both files; returns the usable lines in file order and what was left out, by reason. */
export function readReceipts(folder) {
  const products = new Map(
    readCsv(join(folder, SOURCE_FILES[1])).map((product) => [product.product_id, product]),
  );
  const rows = readCsv(join(folder, SOURCE_FILES[0]));
  const counts = {
    read: rows.length,
    unknown_product: 0,
    other_assortment: 0,
    not_fresh: 0,
    zero_quantity: 0,
    free: 0,
    moved_day: 0,
    kept: 0,
  };
  const lines = [];
  for (const row of rows) {
    const product = products.get(row.product_id);
    if (!product) counts.unknown_product += 1;
    else if (!inAssortment(product)) counts.other_assortment += 1;
    else if (!isFresh(product)) counts.not_fresh += 1;
    else if (Number(row.quantity) === 0) counts.zero_quantity += 1;
    else {
      const line = toLine(row, product);
      counts.kept += 1;
      if (line.goods_cents === 0) counts.free += 1;
      if (line.date !== row.transaction_timestamp.slice(0, 10)) counts.moved_day += 1;
      lines.push(line);
    }
  }
  return { lines, counts };
}

function toLine(row, product) {
  const quantity = Number(row.quantity);
  if (!Number.isInteger(quantity) || quantity < 0) {
    throw new Error(`quantity: expected a whole number, got \`${row.quantity}\``);
  }
  const coupon_match_cents = cents(row.coupon_match_disc);
  return {
    basket: row.basket_id,
    date: storeDay(row.transaction_timestamp),
    quantity,
    // `sales_value` is after the loyalty discount and after the retailer's match of a coupon, but
    // before the manufacturer's coupon, which the manufacturer pays back. Adding the match gives
    // the goods before any coupon.
    goods_cents: cents(row.sales_value) + coupon_match_cents,
    coupon_cents: cents(row.coupon_disc) + coupon_match_cents,
    department: product.department,
    category: product.product_category,
    type: product.product_type,
    manufacturer: product.manufacturer_id,
    package_size: product.package_size,
  };
}

const inAssortment = ({ department, product_category }) =>
  FRESH_DEPARTMENTS.has(department) ||
  (department === "GROCERY" && FRESH_GROCERY.has(product_category));

const isFresh = ({ product_category, product_type }) =>
  !SHELF_STABLE.has(product_category) &&
  !/FROZEN|FRZ|IQF/.test(`${product_category} ${product_type}`);

/**
 * The day on the store's own calendar. The receipts are stamped in UTC, and the package they come
 * from made them on New York time. There the file covers exactly 2017-01-01 to 2017-12-31, and evening
 * sales fall on the day they were made.
 */
export function storeDay(timestamp) {
  const utc = Date.parse(`${timestamp}:00Z`);
  const summer = utc >= Date.parse("2017-03-12T07:00Z") && utc < Date.parse("2017-11-05T06:00Z");
  return isoDay(utc - (summer ? 4 : 5) * 3_600_000);
}

/** Moves an ISO day by a number of days. */
export const addDays = (day, days) => isoDay(Date.parse(`${day}T00:00Z`) + days * 86_400_000);

const isoDay = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 10);

/** Reads `1.5` as 150, exactly. */
function cents(text) {
  const match = /^(\d+)(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) throw new Error(`amount: expected at most two decimals, got \`${text}\``);
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

/** Reads a gzip CSV with a header row into objects; quotes only around fields that need them. */
function readCsv(path) {
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  const [header, ...rows] = text.split(/\r?\n/).filter(Boolean).map(splitRow);
  return rows.map((row) => {
    if (row.length !== header.length) {
      throw new Error(`${path}: expected ${header.length} fields, got ${row.length} in \`${row}\``);
    }
    return Object.fromEntries(header.map((name, at) => [name, row[at]]));
  });
}

/** Splits one CSV row; a doubled quote inside quotes is a quote. */
export function splitRow(row) {
  if (!row.includes('"')) return row.split(",");
  const fields = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  while (true) {
    const match = pattern.exec(row);
    if (!match) throw new Error(`row: expected well-formed CSV, got \`${row}\``);
    fields.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] === "") return fields;
  }
}

const FRESH_DEPARTMENTS = new Set([
  "DELI",
  "MEAT",
  "MEAT-PCKGD",
  "PASTRY",
  "PRODUCE",
  "SALAD BAR",
  "SEAFOOD",
  "SEAFOOD-PCKGD",
]);

// The chilled and baked part of the large GROCERY department.
const FRESH_GROCERY = new Set([
  "BAKED BREAD/BUNS/ROLLS",
  "BUTTER",
  "CHEESE",
  "EGGS",
  "FLUID MILK PRODUCTS",
  "MARGARINES",
  "MILK BY-PRODUCTS",
  "MISC. DAIRY",
  "REFRGRATD DOUGH PRODUCTS",
  "REFRGRATD JUICES/DRNKS",
  "YOGURT",
]);

// Filed under a fresh department, yet kept for months.
const SHELF_STABLE = new Set(["DELI SUPPLIES", "DRIED FRUIT", "NUTS", "POPCORN", "SNACKS"]);
