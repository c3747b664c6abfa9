/** `replenish compare` and `replenish allocate` over comma-separated files and JSON documents. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, command, ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** Two products; `mill` delivers for nothing from 50 EUR on, which the flour alone does not reach. */
const FILES = {
  'needs.csv':
    'sku,quantity,need_by\nflour,40,2026-11-27\nsugar,10,2026-11-27\n',
  'offers.csv':
    'offer,supplier,sku,currency,min_quantity,unit_price,lead_time_days,valid_until\n' +
    'f-mill,mill,flour,EUR,0,1.00,2,\n' +
    's-mill,mill,sugar,EUR,0,1.12,2,\n' +
    's-shop,shop,sugar,EUR,0,1.00,2,\n' +
    's-shop,shop,sugar,EUR,12,0.80,2,\n' +
    's-old,shop,sugar,EUR,0,0.50,2,2026-10-31\n' +
    's-port,port,sugar,USD,0,0.20,2,\n',
  'terms.csv': 'supplier,currency,freight,free_freight_from\nmill,EUR,6,50\n',
  'rates.csv': 'from,to,rate,date\nUSD,EUR,0.90,2026-11-20\n',
};
const TABLES = ['--needs', 'needs.csv', '--offers', 'offers.csv', '--terms', 'terms.csv'];
const DAY = ['--today', '2026-11-21'];
const RATES = ['--exchange-rates', 'rates.csv'];

function directory(replaced = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'replenish-sourcing-'));
  for (const [name, text] of Object.entries({ ...FILES, ...replaced })) {
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const oneCurrency = { 'offers.csv': FILES['offers.csv'].replace(/^s-port.*\n/m, '') };

test('offers are ranked, a break is bought up to, and what is out says what would help', async () => {
  const { code, out, err } = await run('compare', [...TABLES, ...DAY, '--sku', 'sugar'], directory(oneCurrency));
  assert.equal(err, '');
  assert.equal(code, 0);
  // Twelve at 0.80 cost less than ten at 1.00.
  assert.match(out, /^\* s-shop +shop +12 each +9\.60 EUR +0\.96 EUR +2026-11-23$/m);
  assert.match(out, /goods 11\.20 EUR, freight 6\.00 EUR/);
  assert.match(out, /out {2}s-old of shop; what would help: a new offer; this one held until 2026-10-31/);
});

test('other currencies need a rate, and a policy says what it costs', async () => {
  const folder = directory();
  const mixed = await run('compare', [...TABLES, ...DAY], folder);
  assert.equal(mixed.code, 2);
  assert.match(mixed.err, /offers\.csv:7: column currency: expected EUR as on line 2/);
  const args = [...TABLES, ...DAY, ...RATES, '--sku', 'sugar', '--json'];
  const { out } = await run('compare', args, folder);
  const { ranked } = JSON.parse(out);
  assert.deepEqual([ranked[0].offer, ranked[0].landed_cost], ['s-port', '1.80 EUR']);
  const policy = await run('compare', [...args, '--policy', 'first_in_list'], folder);
  const answer = JSON.parse(policy.out);
  assert.equal(answer.chosen, 's-mill');
  assert.equal(answer.policy_cost.difference, '15.40 EUR'); // 17.20 with freight instead of 1.80
});

test('a basket gathers at one supplier to reach free freight, and says so', async () => {
  const { code, out, err } = await run('allocate', [...TABLES, ...DAY], directory(oneCurrency));
  assert.equal(err, '');
  assert.equal(code, 0);
  // Sugar is 1.60 dearer at the mill, whose freight of 6 EUR then falls away.
  assert.match(out, /^mill: 51\.20 EUR, of it goods 51\.20 EUR, freight 0\.00 EUR$/m);
  assert.match(out, /reach free freight/);
  assert.match(out, /^total 51\.20 EUR; proved: nothing costs less$/m);
});

test('the same as one JSON document, in a table with others', async () => {
  const folder = directory(oneCurrency);
  const json = await run('allocate', [...TABLES, ...DAY, '--json'], folder);
  assert.equal(JSON.parse(json.out).total, '51.20 EUR');
  const offer = (id, price) => ({
    id,
    supplier: 'mill',
    sku: 'flour',
    price_breaks: [{ minimum_quantity: '0 each', unit_price: price }],
    pack_size: '1 each',
    minimum_order_quantity: '0 each',
    lead_time_days: 1,
  });
  const request = {
    needs: [{ sku: 'flour', quantity: '5 each', need_by: '2026-11-27' }],
    offers: [offer('a', '2.00 EUR'), offer('b', '3.00 EUR')],
    terms: [],
    options: { today: '2026-11-21', currency: 'EUR' },
  };
  writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
  const { code, out } = await run('allocate', ['request.json'], folder);
  assert.equal(code, 0);
  assert.match(out, /^request\.json +proved +10\.00 EUR +10\.00 EUR +0\.0000 /m);
  const compared = await run('compare', ['request.json'], folder);
  assert.match(compared.out, /^\* a +mill +5 each +10\.00 EUR/m);
});

test('what contradicts what is told, with what would help', async () => {
  const terms = 'supplier,currency,minimum_order_value\nmill,EUR,500\n';
  const needs = 'sku,quantity,need_by,maximum_quantity\nflour,40,2026-11-27,60\n';
  const folder = directory({ ...oneCurrency, 'terms.csv': terms, 'needs.csv': needs });
  const { code, out, err } = await run('allocate', [...TABLES, ...DAY], folder);
  assert.equal(code, 1);
  assert.match(err, /1 of 1 needs are not covered/);
  assert.match(out, /^not bought: 40 each of flour/m);
  assert.match(out, /^conflict: .*minimum.*: 40\.00 EUR$/m);
});

test('bad usage and bad files end with 2 and say where', async () => {
  const needs = 'sku,quantity,need_by\nflour,many,2026-11-27\n';
  const folder = directory({ ...oneCurrency, 'needs.csv': needs });
  for (const [args, expected] of [
    [[], /expected FILE, or --needs FILE and --offers FILE/],
    [['--needs', 'needs.csv'], /expected --needs FILE and --offers FILE together/],
    [[...TABLES, 'needs.csv'], /expected FILE, or --needs FILE and --offers FILE/],
    [[...TABLES, ...DAY], /needs\.csv:2: column quantity: expected .*number.*, got many/],
    [['needs.csv'], /needs\.csv: expected a JSON document/],
  ]) {
    for (const command of ['compare', 'allocate']) {
      const { code, err } = await run(command, args, folder);
      assert.match(err, expected, `${command} ${args.join(' ')}`);
      assert.equal(code, 2, `${command} ${args.join(' ')}`);
    }
  }
  const policy = await run('compare', [...TABLES, ...DAY, '--policy', 'dearest'], directory(oneCurrency));
  assert.match(policy.err, /expected --policy to be one of cheapest_landed/);
});
