/** `replenish savings` and its report, over the sample history and over small files. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEngine } from '../dist/node.js';
import { savingsPage } from '../dist/report/savings.js';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));
const sample = new URL('../../examples/savings/', import.meta.url);
const skip = existsSync(sample) ? false : 'the sample is in the repository, not in the package';

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'savings', ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const FILES = {
  'history.csv':
    'order,date,sku,quantity,supplier,unit_price,currency,freight\n' +
    '1,2026-03-02,apple,10,farm,1.00,EUR,5\n1,2026-03-02,pear,10,farm,2.00,EUR,\n' +
    '2,2026-04-06,apple,10,farm,1.10,EUR,5.50\n3,2026-04-06,pear,10,mill,2.10,EUR,\n',
  'offers.csv':
    'offer,supplier,sku,currency,unit_price,lead_time_days,pack_size\n' +
    'o-1,farm,apple,EUR,1.00,1,1\no-2,mill,apple,EUR,0.95,1,1\no-3,port,apple,EUR,0.90,1,24\n' +
    'o-4,farm,pear,EUR,2.05,1,1\no-5,mill,pear,EUR,2.19,1,1\n',
  'terms.csv': 'supplier,currency,freight\nfarm,EUR,5\nmill,EUR,4\nport,EUR,20\n',
};

function directory(replaced = {}) {
  const path = mkdtempSync(join(tmpdir(), 'replenish-'));
  for (const [name, text] of Object.entries({ ...FILES, ...replaced })) {
    writeFileSync(join(path, name), text);
  }
  return path;
}

const SAVINGS = ['--history', 'history.csv', '--offers', 'offers.csv', '--terms', 'terms.csv'];

test('the ladder by hand: on the terminal, as JSON and as a page', async () => {
  const cwd = directory();
  const shown = await run([...SAVINGS, '--out', 'out.html'], cwd);
  assert.equal(shown.code, 0, shown.err);
  const rows = shown.out.split('\n').filter((line) => line.includes(' EUR'));
  const costs = rows.slice(0, 5).map((row) => /([\d.]+ EUR)/.exec(row)?.[1]);
  assert.deepEqual(costs, ['41.50 EUR', '35.50 EUR', '67.10 EUR', '39.00 EUR', '35.40 EUR']);
  assert.match(shown.out, /2 purchases in 1 basket, 2026-04-06 to 2026-04-06/);
  assert.match(shown.out, /saves 6\.10 EUR \(14\.7 %\) against what was done/);
  assert.match(shown.err, /left out of every rung: 2 purchases: nothing says from whom/);
  const page = readFileSync(join(cwd, 'out.html'), 'utf8');
  assert.ok(page.includes('35.40 EUR') && page.includes('41.50 EUR'));
  assert.ok(!page.includes('<script') && !page.includes('NaN'));
  const json = await run([...SAVINGS, '--json'], cwd);
  const { ladder } = JSON.parse(json.out);
  assert.deepEqual(ladder.total.rungs.map(({ cost }) => cost), costs);
  assert.equal(ladder.total.rungs[4].saving, '6.10 EUR');
});

test('a bad row is told and spoils itself alone', async () => {
  const cwd = directory({ 'history.csv': `${FILES['history.csv']}4,2026-04-06,apple,-3,farm,1,EUR,\n` });
  const { code, out, err } = await run(SAVINGS, cwd);
  assert.equal(code, 0);
  assert.match(err, /history\.csv:6: column quantity: expected/);
  assert.match(out, /35\.40 EUR/);
});

test('what cannot be meant is refused', async () => {
  const cwd = directory({ 'empty.csv': 'order,date\n' });
  const missing = await run(['--offers', 'offers.csv'], cwd);
  assert.deepEqual([missing.code, /--history FILE/.test(missing.err)], [2, true]);
  const columns = await run(['--history', 'empty.csv', '--offers', 'offers.csv'], cwd);
  assert.equal(columns.code, 2);
  assert.match(columns.err, /empty\.csv:1: column sku: expected a column named sku/);
  const zero = await run([...SAVINGS, '--group-days', '0'], cwd);
  assert.equal(zero.code, 2);
  const first = FILES['history.csv'].split('\n').slice(0, 3).join('\n');
  const nothing = await run(SAVINGS, directory({ 'history.csv': `${first}\n` }));
  assert.deepEqual([nothing.code, /no purchase can be compared/.test(nothing.err)], [1, true]);
});

test('the sample history: parts add up, the whole basket never costs more', { skip }, async () => {
  const engine = await loadEngine();
  const file = (name) => ({ name, bytes: readFileSync(new URL(name, sample)) });
  const report = engine.savingsLadderFromTables(
    { history: file('history.csv'), offers: file('offers.csv'), terms: file('terms.csv') },
    {},
  );
  const { total, baskets, months, left_out } = report.ladder;
  const cents = (money) => Math.round(Number(money.split(' ')[0]) * 100);
  const rows = readFileSync(new URL('history.csv', sample), 'utf8').trim().split('\n').length - 1;
  assert.equal(total.purchases + left_out.length, rows);
  for (const at of total.rungs.keys()) {
    for (const parts of [baskets, months]) {
      const sum = parts.reduce((sum, { total }) => sum + cents(total.rungs[at].cost), 0);
      assert.equal(sum, cents(total.rungs[at].cost));
    }
  }
  for (const { day, total } of baskets) {
    const [, ...others] = total.rungs.map(({ cost }) => cents(cost));
    const joint = others.pop();
    assert.ok(others.every((cost) => joint <= cost), day);
  }
  const hostile = '<script>alert(1)</script>';
  const left = [{ order: hostile, date: '2026-01-01', sku: hostile, rung: 'joint', reason: { type: 'order_refused', problem: hostile } }];
  const page = savingsPage({ ...report, ladder: { ...report.ladder, left_out: left } });
  assert.ok(!page.includes('<script'));
});

test('an allocation is asked, revised and compared from JavaScript', async () => {
  const engine = await loadEngine();
  const needs = ['apple', 'pear'].map((sku) => ({ sku, quantity: '10 each', need_by: '2026-12-01' }));
  const offer = (sku, supplier, unit_price) => ({
    id: `${sku}-${supplier}`,
    supplier,
    sku,
    price_breaks: [{ minimum_quantity: '0 each', unit_price }],
    pack_size: '1 each',
    minimum_order_quantity: '0 each',
    lead_time_days: 1,
  });
  const offers = [
    offer('apple', 'farm', '1.00 EUR'),
    offer('apple', 'mill', '1.30 EUR'),
    offer('pear', 'farm', '2.00 EUR'),
    offer('pear', 'mill', '2.10 EUR'),
  ];
  const terms = [{ supplier: 'farm', freight: '6 EUR', free_freight_from: '30 EUR' }];
  const options = { today: '2026-11-21', currency: 'EUR' };
  const before = engine.allocate(needs, offers, terms, options);
  const prices = engine.switchingPrices(needs, offers, terms, options, before, {});
  const mill = prices.find((price) => price.offer === 'apple-mill');
  assert.deepEqual(
    [mill.outcome, mill.switching_price, mill.scope],
    ['wins_at', '0.89 EUR', 'whole_basket'],
  );
  const rejected = [{ supplier: 'farm', offer: 'apple-farm' }];
  const change = { change_cost: '3 EUR', rejected };
  const revision = engine.reviseAllocation(needs, offers, terms, options, before, change);
  assert.equal(revision.cost_of_change, '9.00 EUR');
  assert.equal(revision.further_saving, '5.00 EUR');
  const difference = engine.compareAllocations(before, revision.allocation);
  assert.deepEqual(difference, revision.difference);
  assert.deepEqual(difference.lines.map(({ change }) => change), ['supplier', 'kept']);
});
