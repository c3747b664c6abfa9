// node --test examples/fresh-food/build.test.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { DEFAULT_DATA, missingSource } from "./build.mjs";
import { splitRow, storeDay } from "./source.mjs";

const COMPANY = dirname(fileURLToPath(import.meta.url));
const TEN_ROWS = join(COMPANY, "../ten-rows");
const BUILD = join(COMPANY, "build.mjs");
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const AMOUNT = /^-?\d+\.\d{2} USD$/;

const text = (folder, name) => readFileSync(join(folder, name), "utf8");
const rowsOf = (folder, name) => {
  const [header, ...rows] = text(folder, name).trimEnd().split("\n").map(splitRow);
  return rows.map((row) => {
    assert.equal(row.length, header.length, `${name}: ${row.join(",")}`);
    return Object.fromEntries(header.map((column, at) => [column, row[at]]));
  });
};
const cents = (amount) => {
  assert.match(amount, AMOUNT);
  return Number(amount.replace(/[. USD]/g, ""));
};
const skusOf = (folder) => new Set(rowsOf(folder, "stock.csv").map(({ sku }) => sku));
const company = JSON.parse(text(COMPANY, "company.json"));
const orders = JSON.parse(text(COMPANY, "orders.json"));

const missing = missingSource(DEFAULT_DATA);
if (missing) console.log(`rebuild not compared: ${missing}`);

test("rebuilding gives the committed bytes", { skip: missing ?? false }, () => {
  const out = mkdtempSync(join(tmpdir(), "fresh-food-"));
  try {
    execFileSync(process.execPath, [BUILD, "--out", out]);
    const built = readdirSync(out);
    assert.equal(built.length, 7);
    for (const name of built) {
      assert.ok(readFileSync(join(out, name)).equals(readFileSync(join(COMPANY, name))), name);
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

test("an absent source is a printed reason, not a failure", () => {
  const out = mkdtempSync(join(tmpdir(), "fresh-food-"));
  try {
    const printed = execFileSync(process.execPath, [BUILD, "--data", out, "--out", out], {
      encoding: "utf8",
    });
    assert.match(
      printed,
      /^nothing built: no grocery_tx\.csv\.gz and grocery_products\.csv\.gz in /,
    );
    assert.deepEqual(readdirSync(out), []);
  } finally {
    rmSync(out, { recursive: true });
  }
});

test("receipts fall on the store's day, in winter and in summer", () => {
  assert.equal(storeDay("2018-01-01T03:47"), "2017-12-31");
  assert.equal(storeDay("2017-01-15T04:59"), "2017-01-14");
  assert.equal(storeDay("2017-01-15T05:00"), "2017-01-15");
  assert.equal(storeDay("2017-07-15T03:59"), "2017-07-14");
  assert.equal(storeDay("2017-07-15T04:00"), "2017-07-15");
});

test("quoted CSV fields are read whole", () => {
  assert.deepEqual(splitRow('1,"a, ""b""",'), ["1", 'a, "b"', ""]);
  assert.throws(() => splitRow('1,"a'), /expected well-formed CSV/);
});

test("the company has about 200 articles, 8 suppliers and stays small", () => {
  const skus = skusOf(COMPANY);
  assert.ok(skus.size >= 180 && skus.size <= 220, `${skus.size} articles`);
  assert.equal(rowsOf(COMPANY, "terms.csv").length, 8);
  for (const sku of skus) assert.match(sku, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  for (const sku of skus) assert.ok(sku.length <= 40, sku);
  const bytes = readdirSync(COMPANY).reduce(
    (sum, name) => sum + statSync(join(COMPANY, name)).size,
    0,
  );
  assert.ok(bytes < 3_000_000, `${bytes} bytes`);
});

for (const [name, folder] of [
  ["fresh-food", COMPANY],
  ["ten-rows", TEN_ROWS],
]) {
  test(`${name}: demand is sorted, positive and before today`, () => {
    const skus = skusOf(folder);
    const rows = rowsOf(folder, "demand.csv");
    const sold = new Set();
    let before = "";
    for (const { sku, date, quantity } of rows) {
      assert.ok(skus.has(sku), sku);
      assert.match(date, DAY);
      assert.ok(date >= "2017-01-01" && date < company.today, date);
      assert.match(quantity, /^[1-9]\d*$/);
      assert.ok(before < `${sku} ${date}`, `${sku} ${date}`);
      before = `${sku} ${date}`;
      sold.add(sku);
    }
    assert.equal(sold.size, skus.size);
  });

  test(`${name}: stock rows are whole, and the default supplier offers the article`, () => {
    const offered = new Set(
      rowsOf(folder, "offers.csv").map(({ supplier, sku }) => `${supplier} ${sku}`),
    );
    const skus = rowsOf(folder, "stock.csv").map((row) => {
      for (const column of ["on_hand", "reserved", "on_order"]) assert.match(row[column], /^\d+$/);
      assert.equal(row.on_order_due === "", row.on_order === "0", row.sku);
      if (row.on_order_due)
        assert.ok(DAY.test(row.on_order_due) && row.on_order_due > company.today);
      assert.match(row.service_level, /^0\.(90|95|98)$/);
      assert.equal(row.unit, "each");
      assert.ok(row.description.length > 0);
      assert.ok(offered.has(`${row.default_supplier} ${row.sku}`), row.sku);
      return row.sku;
    });
    assert.deepEqual(skus, [...new Set(skus)].sort());
  });

  test(`${name}: offers know their article, and their breaks rise in quantity and fall in price`, () => {
    const skus = skusOf(folder);
    const seen = new Set();
    const offered = new Set();
    let last;
    for (const row of rowsOf(folder, "offers.csv")) {
      offered.add(row.sku);
      assert.ok(skus.has(row.sku), row.sku);
      assert.match(row.unit_price, /^\d+\.\d{4}$/);
      assert.ok(Number(row.unit_price) > 0);
      for (const column of [
        "min_quantity",
        "pack_size",
        "minimum_order_quantity",
        "lead_time_days",
      ]) {
        assert.match(row[column], /^[1-9]\d*$/, `${row.offer} ${column}`);
      }
      assert.match(row.available, /^\d*$/);
      assert.ok(
        DAY.test(row.valid_from) && DAY.test(row.valid_until) && row.valid_from < row.valid_until,
      );
      if (last?.offer === row.offer) {
        const { min_quantity, unit_price, ...rest } = row;
        const { min_quantity: lower, unit_price: dearer, ...same } = last;
        assert.deepEqual(rest, same);
        assert.ok(
          Number(min_quantity) > Number(lower) && Number(unit_price) < Number(dearer),
          row.offer,
        );
      } else {
        assert.ok(!seen.has(row.offer), row.offer);
        assert.equal(row.min_quantity, "1");
        seen.add(row.offer);
      }
      last = row;
    }
    assert.deepEqual(offered, skus);
  });
}

test("every supplier has terms, and the comparison meets every kind of offer", () => {
  const suppliers = new Set(rowsOf(COMPANY, "terms.csv").map(({ supplier }) => supplier));
  const offers = rowsOf(COMPANY, "offers.csv");
  for (const { supplier } of offers) assert.ok(suppliers.has(supplier), supplier);
  const count = (matches) => new Set(offers.filter(matches).map(({ offer }) => offer)).size;
  assert.ok(count(({ valid_until }) => valid_until < company.today) >= 3);
  assert.ok(count(({ valid_from }) => valid_from > company.today) >= 3);
  assert.ok(count(({ available }) => available === "0") >= 3);
  assert.ok(count(({ available }) => Number(available) > 0) >= 3);
  assert.ok(count(({ min_quantity }) => min_quantity !== "1") >= 50);
  const pairs = offers.filter(({ min_quantity }) => min_quantity === "1");
  assert.equal(new Set(pairs.map(({ supplier, sku }) => `${supplier} ${sku}`)).size, pairs.length);
});

test("terms are amounts or blank", () => {
  for (const { minimum_order_value, freight, free_freight_from } of rowsOf(COMPANY, "terms.csv")) {
    for (const amount of [minimum_order_value, freight, free_freight_from])
      assert.match(amount, /^(\d+\.\d{2})?$/);
    assert.ok(free_freight_from === "" || Number(freight) > 0);
  }
});

test("customer orders name known articles and vendors, and their money adds up to more than nothing", () => {
  const skus = skusOf(COMPANY);
  const vendors = new Set(company.vendors.map(({ vendor }) => vendor));
  assert.equal(new Set(orders.map(({ id }) => id)).size, orders.length);
  for (const order of orders) {
    assert.match(order.id, /^b-\d+$/);
    let total = 0;
    order.lines.forEach((line, at) => {
      assert.equal(line.id, String(at + 1));
      assert.ok(skus.has(line.sku), line.sku);
      assert.ok(vendors.has(line.vendor), line.vendor);
      assert.match(line.quantity, /^[1-9]\d* each$/);
      assert.ok(cents(line.amount) >= 0);
      total += cents(line.amount);
    });
    for (const { kind, amount } of order.adjustments) {
      assert.equal(Math.sign(cents(amount)), { discount: -1, shipping: 1 }[kind], order.id);
      total += cents(amount);
    }
    assert.ok(total > 0, order.id);
  }
  const several = orders.filter(({ lines }) => new Set(lines.map(({ vendor }) => vendor)).size > 1);
  assert.ok(several.length >= 20, `${several.length} orders to split`);
});

test("the vendors cover every kind of order system", () => {
  const kinds = new Set(company.vendors.map(({ erp }) => erp));
  assert.deepEqual([...kinds].sort(), ["deduplicates", "lookup", "none"]);
});

test("the ten rows are rows of the company's demand", () => {
  const all = new Set(text(COMPANY, "demand.csv").split("\n"));
  const ten = text(TEN_ROWS, "demand.csv").trimEnd().split("\n").slice(1);
  assert.equal(ten.length, 10);
  for (const row of ten) assert.ok(all.has(row), row);
});
