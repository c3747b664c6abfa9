/** `replenish allocate` on files, good and bad, and what the engine refuses of a basket. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { loadEngine } from '../dist/node.js';
import { cost, madeUp } from './basket.mjs';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'allocate', ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** Worked out by hand: two packs cost 2 * 2000 + 900 + 100, three with free freight 3 * 1700 + 100. */
const SMALL = {
  suppliers: [{ id: 'S', min_order_value: 0, freight_fixed: 900, free_freight_from: 5000, po_cost: 100 }],
  skus: [{ id: 'K', demand: 20, max_units: 40, max_sources: 1, short_penalty: 999, excess_credit: 0 }],
  offers: [
    { s: 0, k: 0, pack: 10, moq: 1, avail: 9, type: 'all_units', breaks: [[1, 2000], [3, 1700]] },
    { s: 0, k: 0, pack: 10, moq: 9, avail: 2, type: 'incremental', breaks: [[1, 1]] },
  ],
};

const changed = (change) => {
  const instance = structuredClone(SMALL);
  change(instance);
  return instance;
};

/** A directory with these documents as files. */
function directory(files) {
  const path = mkdtempSync(join(tmpdir(), 'replenish-'));
  for (const [name, content] of Object.entries(files)) {
    const plain = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(join(path, name), plain ? content : JSON.stringify(content));
  }
  return path;
}

test('a table has a line for each file, numbers below one another', async () => {
  const long = madeUp(7, 3, 8, 'mixed');
  const cwd = directory({ 'a.json': SMALL, 'a-longer-name.json.gz': gzipSync(JSON.stringify(long)) });
  const { code, out, err } = await run(['a.json', 'a-longer-name.json.gz'], cwd);
  assert.deepEqual([code, err], [0, '']);
  const [head, first, second, ...none] = out.trimEnd().split('\n');
  assert.deepEqual(none, []);
  assert.match(head, /^file +status +objective +lower bound +gap % +ms +nodes$/);
  assert.match(first, /^a\.json +proved +5000 +5000 +0\.0000 +\d+\.\d +\d+$/);
  assert.match(second, /^a-longer-name\.json\.gz  proved +\d+ +\d+ +0\.0000 +\d+\.\d +\d+$/);
  const ends = (line) => [...line.matchAll(/\S+(?= |$)/g)].map((word) => word.index + word[0].length);
  assert.deepEqual(ends(first).slice(2), ends(second).slice(2));
  assert.equal(head.length, first.length);
});

test('a document a file says what is bought, and it costs what it says', async () => {
  const other = madeUp(8, 4, 10, 'tight');
  const cwd = directory({ 'small.json': SMALL, 'other.json': other });
  const { code, out, err } = await run(['--json', 'small.json', 'other.json'], cwd);
  assert.deepEqual([code, err], [0, '']);
  const [small, tight] = out.trimEnd().split('\n').map((line) => JSON.parse(line));
  const { milliseconds, nodes, steps, ...rest } = small;
  assert.ok(milliseconds > 0 && nodes >= 0 && steps >= 0);
  assert.deepEqual(rest, {
    file: 'small.json',
    id: null,
    status: 'proved',
    objective: 5000,
    lower_bound: 5000,
    gap: 0,
    detail: { goods: 4000, freight: 900, purchase_order_cost: 100, shortage: 0, surplus_credit: 0 },
    solution: [[0, 2]],
    without_purchase: [1],
  });
  assert.equal(tight.id, other.id);
  assert.equal(cost(other, tight.solution), tight.objective);
  const { goods, freight, purchase_order_cost, shortage, surplus_credit } = tight.detail;
  assert.equal(goods + freight + purchase_order_cost + shortage - surplus_credit, tight.objective);
});

test('without steps there is an answer, and no proof beyond its bound', async () => {
  const instance = madeUp(9, 5, 20, 'tight');
  const cwd = directory({ 'a.json': instance });
  const { code, out } = await run(['a.json', '--json', '--steps', '0'], cwd);
  assert.equal(code, 0);
  const hasty = JSON.parse(out);
  const { objective } = (await loadEngine()).allocateInstance(instance);
  assert.equal(cost(instance, hasty.solution), hasty.objective);
  assert.ok(hasty.lower_bound <= objective && objective <= hasty.objective, out);
  assert.equal(hasty.status === 'proved', hasty.lower_bound === hasty.objective);
});

const MISTAKES = {
  'price.json': [
    (i) => (i.offers[0].breaks[1][1] = -1),
    'offers[0].breaks[1][1]: expected a price of zero or more, got -1',
  ],
  'breaks.json': [
    (i) => (i.offers[0].breaks[1][0] = 1),
    'offers[0].breaks[1][0]: expected 2 packs or more, ascending, got 1',
  ],
  'pair.json': [(i) => (i.offers[0].breaks[0] = [1]), /^offers\[0\]\.breaks\[0\]: expected a pair of numbers/],
  'supplier.json': [
    (i) => (i.offers[1].s = 1),
    'offers[1].s: expected a place in `suppliers`, of which there are 1, got 1',
  ],
  'sku.json': [(i) => (i.offers[1].k = -1), 'offers[1].k: expected a place in `skus`, got -1'],
  'pack.json': [(i) => (i.offers[1].pack = 0), /^offers\[1\]\.pack: expected a whole number from 1 to/],
  'half.json': [(i) => (i.offers[1].pack = 1.5), 'offers[1].pack: expected a whole number, got 1.5'],
  'text.json': [(i) => (i.skus[0].demand = 'many'), 'skus[0].demand: expected a whole number, got many'],
  'missing.json': [(i) => delete i.skus[0].demand, /^skus\[0\]\.demand: expected a whole number/],
  'cap.json': [(i) => (i.skus[0].max_units = 19), /^skus\[0\]\.max_units: expected a whole number from 20 to/],
  'sources.json': [(i) => (i.skus[0].max_sources = 0), /^skus\[0\]\.max_sources: expected/],
  'unknown.json': [
    (i) => (i.offers[0].minimum = 3),
    'offers[0]: expected one of s, k, pack, moq, avail, type, breaks, got minimum',
  ],
  'type.json': [
    (i) => (i.offers[0].type = 'other'),
    'offers[0].type: expected all_units or incremental, got other',
  ],
  'large.json': [(i) => (i.skus[0].short_penalty = Number.MAX_SAFE_INTEGER), /^skus\[0\]: expected costs of at most/],
  'huge.json': [
    (i) => ((i.offers[0].avail = i.skus[0].max_units = 1e15), (i.offers[0].pack = 1)),
    /^offers\[0\]: expected at most 10000000 numbers of packs/,
  ],
  'list.json': [(i) => (i.offers = {}), 'offers: expected a list, got another value'],
};

test('each bad file is told with its place, the others are answered, and it ends with 1', async () => {
  const bad = Object.fromEntries(Object.entries(MISTAKES).map(([name, [change]]) => [name, changed(change)]));
  const cwd = directory({ ...bad, 'cut.json': '{"suppliers": [', 'null.json': 'null', 'good.json': SMALL });
  const names = [...Object.keys(bad), 'cut.json', 'null.json', 'none.json', 'good.json'];
  const { code, out, err } = await run(names, cwd);
  assert.equal(code, 1, err);
  assert.equal(out.trimEnd().split('\n').length, 2);
  assert.match(out, /^good\.json +proved +5000 /m);
  const lines = err.trimEnd().split('\n');
  for (const [name, [, message]] of Object.entries(MISTAKES)) {
    const found = lines.find((line) => line.startsWith(`${name}: `)) ?? '';
    const told = found.slice(name.length + 2);
    if (typeof message === 'string') assert.equal(told, message);
    else assert.match(told, message, name);
  }
  assert.match(err, /^cut\.json: expected a JSON document, got /m);
  assert.match(err, /^null\.json: expected an object, got another value$/m);
  assert.match(err, /^none\.json: expected a file that can be read, got no such file/m);
  assert.equal(lines.at(-1), `${names.length - 1} of ${names.length} files have no answer: see above`);
});

test('bad usage and nothing but bad files end with 2', async () => {
  const cwd = directory({ 'bad.json': changed((i) => (i.offers[0].pack = 0)) });
  for (const [args, message] of [
    [[], /^expected FILE, or --needs FILE and --offers FILE$/m],
    [['bad.json', '--steps', '-1'], /--steps/],
    [['bad.json', '--steps', 'many'], /--steps to be a whole number/],
    [['bad.json'], /^bad\.json: offers\[0\]\.pack: /m],
  ]) {
    const { code, out, err } = await run(args, cwd);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, message);
  }
});

test('what else a document holds is passed over, and a budget that is none refused', async () => {
  const engine = await loadEngine();
  const more = { ...SMALL, optimal: { objective: 1 }, baselines: null, id: 'x', seed: 3 };
  assert.equal(engine.allocateInstance(more).id, 'x');
  const refused = (call, path) => assert.throws(call, (error) => error.path === path);
  refused(() => engine.allocateInstance(SMALL, { steps: -1 }), 'budget.steps');
  refused(() => engine.allocateInstance(SMALL, { steps: 0.5 }), 'budget.steps');
  refused(() => engine.allocateInstance({ ...SMALL, id: 3 }), 'instance.id');
  refused(() => engine.allocateInstance(undefined), 'instance');
});
