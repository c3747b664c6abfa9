import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));

function run(args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env } });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const GOOD = {
  'demand.csv': `sku,date,quantity\n${Array.from({ length: 60 }, (_, n) => {
    const day = new Date(Date.UTC(2026, 8, 22 + n)).toISOString().slice(0, 10);
    return `apple,${day},${4 + (n % 3)}\nbread,${day},${1 + (n % 2)}\n`;
  }).join('')}`,
  'stock.csv': 'sku,on_hand,default_supplier\napple,5,farm\nbread,2,mill\n',
  'offers.csv':
    'offer,supplier,sku,currency,unit_price,lead_time_days,pack_size\n' +
    'o-1,farm,apple,EUR,0.40,2,6\no-2,mill,apple,EUR,0.45,2,1\no-3,mill,bread,EUR,1.20,1,1\n',
  'terms.csv': 'supplier,currency,minimum_order_value,freight,free_freight_from\nfarm,EUR,5,2,50\n',
};

/** A directory with the good files, some of them replaced. */
function directory(replaced = {}) {
  const path = mkdtempSync(join(tmpdir(), 'replenish-'));
  for (const [name, text] of Object.entries({ ...GOOD, ...replaced }))
    writeFileSync(join(path, name), text);
  return path;
}

const PLAN = [
  'plan',
  '--demand',
  'demand.csv',
  '--stock',
  'stock.csv',
  '--offers',
  'offers.csv',
  '--terms',
  'terms.csv',
  '--today',
  '2026-11-21',
  '--out',
  'out.html',
  '--json',
  'out.json',
];

test('a plan of good files is printed and written, the same each time', async () => {
  const cwd = directory();
  const first = await run(PLAN, { cwd });
  assert.deepEqual([first.code, first.err], [0, '']);
  assert.match(first.out, /2 of 2 products must be bought/);
  assert.match(first.out, /written: out.html/);
  const json = readFileSync(join(cwd, 'out.json'), 'utf8');
  const page = readFileSync(join(cwd, 'out.html'), 'utf8');
  assert.equal(JSON.parse(json).products.length, 2);
  assert.equal((await run(PLAN, { cwd })).out, first.out);
  assert.equal(readFileSync(join(cwd, 'out.json'), 'utf8'), json);
  assert.equal(readFileSync(join(cwd, 'out.html'), 'utf8'), page);
});

test('purchase orders go into a table that no spreadsheet takes for formulas', async () => {
  const offers = `${GOOD['offers.csv'].replace('o-2,mill', '=1+1,"a ""b"", c"')}`;
  const cwd = directory({ 'offers.csv': offers });
  const { code, err } = await run([...PLAN, '--csv', 'orders.csv'], { cwd });
  assert.equal(code, 0, err);
  const text = readFileSync(join(cwd, 'orders.csv'), 'utf8');
  const { purchase_orders } = JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'));
  const lines = purchase_orders.flatMap((order) => order.lines);
  assert.equal(text.trimEnd().split('\n').length, lines.length + 1);
  assert.ok(text.includes(`,"a ""b"", c",2026-11-21,apple,'=1+1,`), text);
});

const MATRIX = {
  'a missing column': [
    { 'stock.csv': 'sku,amount\napple,5\n' },
    /^stock\.csv:1: column on_hand: expected a column named on_hand, got .*amount/m,
  ],
  'a bad number': [
    { 'demand.csv': 'sku,date,quantity\napple,2026-11-01,many\n' },
    /^demand\.csv:2: column quantity: expected .*number.*, got many$/m,
  ],
  'a negative stock': [
    { 'stock.csv': 'sku,on_hand\napple,-5\nbread,1\n' },
    /^stock\.csv:2: column on_hand: expected .*zero or more, got -5$/m,
  ],
  'an unknown product in demand': [
    { 'demand.csv': `${GOOD['demand.csv']}pear,2026-11-01,1\n` },
    /^demand\.csv:122: column sku: expected a product of the stock file, got pear$/m,
  ],
  'an unknown product in offers': [
    { 'offers.csv': `${GOOD['offers.csv']}o-9,farm,pear,EUR,1,1,1\n` },
    /^offers\.csv:5: column sku: expected .*, got pear$/m,
  ],
  'a row twice': [
    { 'stock.csv': 'sku,on_hand\napple,5\nbread,1\napple,6\n' },
    /^stock\.csv:4: column sku: expected one row for a product, got apple$/m,
  ],
  'mixed currencies': [
    { 'offers.csv': `${GOOD['offers.csv']}o-9,farm,bread,USD,1,1,1\n` },
    /^offers\.csv:5: column currency: expected .*EUR.*, got .*USD/m,
  ],
  'an empty file': [
    { 'offers.csv': '' },
    /^offers\.csv:1: expected a header row with .*, got an empty file$/m,
  ],
  'a header alone': [
    { 'stock.csv': 'sku,on_hand\n' },
    /^stock\.csv:1: expected at least one row.*, got none$/m,
  ],
  'a short row': [
    { 'stock.csv': 'sku,on_hand\napple\n' },
    /^stock\.csv:2: expected 2 cells as in the header, got 1: apple$/m,
  ],
  'bytes that are no text': [
    { 'terms.csv': Buffer.from([0x73, 0xff, 0xfe]) },
    /^terms\.csv:1: expected text in UTF-8, got byte 0xff$/m,
  ],
  'a day that is none': [
    { 'demand.csv': 'sku,date,quantity\napple,2026-02-30,1\n' },
    /^demand\.csv:2: column date: expected .*, got 2026-02-30$/m,
  ],
};

for (const [name, [replaced, message]] of Object.entries(MATRIX)) {
  test(`${name} is named with file, line, column, expected and got; nothing is written`, async () => {
    const cwd = directory(replaced);
    const before = readdirSync(cwd);
    const { code, out, err } = await run(PLAN, { cwd });
    assert.equal(code, 2, err);
    assert.match(err, message);
    assert.equal(out, '');
    assert.deepEqual(readdirSync(cwd), before);
  });
}

test('every mistake of every file is told at once', async () => {
  const cwd = directory({
    'stock.csv': 'sku,on_hand\napple,x\nbread,-1\n',
    'demand.csv': 'sku,date,quantity\napple,y,1\n',
  });
  const { err } = await run(PLAN, { cwd });
  for (const place of ['stock.csv:2', 'stock.csv:3', 'demand.csv:2'])
    assert.ok(err.includes(place), err);
});

test('100 MB of junk are refused in few words', { timeout: 120_000 }, async () => {
  const cwd = directory();
  const file = createWriteStream(join(cwd, 'demand.csv'));
  const chunk = Buffer.alloc(1 << 20, 'junk,"\n\u0000x;'.repeat(97));
  for (let n = 0; n < 100; n++) file.write(chunk);
  file.end();
  await finished(file);
  const { code, out, err } = await run(PLAN, { cwd });
  assert.equal(code, 2, err.slice(0, 500));
  assert.match(err, /^demand\.csv:\d+: .*expected/m);
  assert.equal(out, '');
  assert.ok(err.length < 10_000);
  assert.equal(readdirSync(cwd).length, 4);
});

test('a missing file, bad usage and unknown words end with 2 and help', async () => {
  const cwd = directory();
  const cases = [
    [
      ['plan', '--demand', 'none.csv', '--stock', 'stock.csv', '--offers', 'offers.csv'],
      /none\.csv: expected a file that can be read, got no such file or directory \(ENOENT\)/,
    ],
    [[...PLAN, '--csv', 'out.json'], /out\.json: expected a file of its own .*, got another output/],
    [[...PLAN, '--csv', './stock.csv'], /stock\.csv: expected a file of its own .*, got an input/],
    [['demo', '--db', 'a', '--out', './a'], /got another output/],
    [['plan', '--demand', '.', '--stock', 'stock.csv', '--offers', 'offers.csv'], /EISDIR/],
    [['plan'], /expected --demand FILE/],
    [[...PLAN, '--demand', 'x'], /expected --demand once/],
    [[...PLAN, '--colour'], /--colour/],
    [[...PLAN, 'word'], /expected no `word`/],
    [
      [
        ...PLAN.filter((word) => word !== '2026-11-21' && word !== '--today'),
        '--today',
        'tomorrow',
      ],
      /today: expected .*day.*, got tomorrow/,
    ],
    [['paln'], /expected a command \(allocate, approve, backtest, compare, demo, forecast, orders, plan, savings, split\), got `paln`/],
    [['constructor'], /expected a command/],
    [['demo', '--fault-rate', '2'], /--fault-rate to be a number from 0 to 1, got `2`/],
    [['demo', '--seed', '-1'], /seed/],
    [['demo', '--seed', '1.5'], /whole number/],
    [['demo', '--db', 'stock.csv'], /stock\.csv: expected no file/],
    [['orders'], /expected --db FILE/],
    [
      ['orders', '--db', 'none.db'],
      /none\.db: expected a database that replenish wrote, got no such file or directory/,
    ],
    [['orders', '--db', 'stock.csv'], /stock\.csv: expected a database that replenish wrote/],
    [['orders', '--db', 'x.db', 'show'], /`list` or `show ID`/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await run(args, { cwd });
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, message);
    assert.equal(out, '');
  }
  assert.deepEqual(readdirSync(cwd).sort(), Object.keys(GOOD).sort());
});

test('a place that cannot be written ends with 3 and leaves nothing', async () => {
  const cwd = directory();
  const { code, err } = await run(
    [...PLAN.slice(0, -4), '--json', 'out.json', '--out', 'none/out.html'],
    { cwd },
  );
  assert.equal(code, 3);
  assert.match(err, /none\/out\.html: cannot be written: no such file or directory \(ENOENT\)/);
  assert.deepEqual(readdirSync(cwd).sort(), Object.keys(GOOD).sort());
});

test('an output that is a directory stops the outputs before it too', async () => {
  const cwd = directory();
  mkdirSync(join(cwd, 'taken'));
  const before = readdirSync(cwd);
  const { code, err } = await run([...PLAN, '--csv', 'taken'], { cwd });
  assert.equal(code, 3);
  assert.match(err, /taken: cannot be written: a directory \(EISDIR\)/);
  assert.deepEqual(readdirSync(cwd), before);
});

test('a reader that leaves early is no failure', async () => {
  const cwd = directory();
  const child = spawn(process.execPath, [bin, ...PLAN], { cwd });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, err], [0, '']);
});

test('without offers a bad row spoils its product alone', async () => {
  const stock = 'sku,on_hand,lead_time_days\napple,0,2\nbread,0,-2\n';
  const cwd = directory({ 'stock.csv': stock, 'pipeline.csv': 'sku,due,quantity\n' });
  const files = ['--demand', 'demand.csv', '--stock', 'stock.csv', '--pipeline', 'pipeline.csv'];
  const args = ['plan', ...files, '--today', '2026-11-21', '--quantities', 'quantities.csv'];
  const { code, out, err } = await run(args, { cwd });
  assert.equal(code, 1, err);
  assert.match(out, /^1 of 2 products must be ordered, 1 could not be planned$/m);
  assert.match(err, /^bread: stock\.csv:3: column `lead_time_days`: expected a whole number/m);
  const [head, apple, bread] = readFileSync(join(cwd, 'quantities.csv'), 'utf8').split('\n');
  assert.match(head, /^sku,quantity,unit,urgency,/);
  assert.match(apple, /^apple,[1-9]\d*,each,out_of_stock,2026-11-21,/);
  assert.match(bread, /^bread,,.*lead_time_days/);
});

test('products that nobody offers today are told as not planned, not as enough', async () => {
  const stale = 'offer,supplier,sku,currency,unit_price,lead_time_days,valid_until\no-1,farm,apple,EUR,1,2,2026-01-01\n';
  const cwd = directory({ 'offers.csv': stale });
  const { code, out, err } = await run(PLAN, { cwd });
  assert.equal(code, 0, err);
  assert.match(out, /^0 of 2 products must be bought, 2 could not be planned$/m);
  assert.match(err, /^apple: expected a lead time, or an offer that holds today/m);
  const page = readFileSync(join(cwd, 'out.html'), 'utf8');
  assert.match(page, /2 could not be planned/);
  assert.doesNotMatch(page, /the stock will do/);
});

test('without default suppliers no saving is claimed', async () => {
  const stock = 'sku,on_hand\napple,5\nbread,2\n';
  const cwd = directory({ 'stock.csv': stock });
  const { code, out, err } = await run(PLAN, { cwd });
  assert.equal(code, 0, err);
  assert.match(out, /2 of 2 products must be bought/);
  assert.doesNotMatch(out + readFileSync(join(cwd, 'out.html'), 'utf8'), /saves|less than from default/);
});

test('a choice dearer than the default suppliers is not called a saving', async () => {
  const terms = 'supplier,currency,minimum_order_value\nfarm,EUR,500\nmill,EUR,500\n';
  const cwd = directory({ 'terms.csv': terms });
  const { code, out, err } = await run(PLAN, { cwd });
  assert.equal(code, 0, err);
  assert.match(out, /^costs [\d.]+ EUR \([\d.]+ %\) more than the default suppliers$/m);
  assert.match(out, /would miss their minimum values by [\d.]+ EUR/);
  assert.match(readFileSync(join(cwd, 'out.html'), 'utf8'), />more than from default suppliers/);
});

test('every command has help, and the version is told', async () => {
  for (const args of [[], ['--help'], ['allocate', '--help'], ['demo', '--help'], ['forecast', '--help'], ['plan', '-h'], ['orders', '--help']]) {
    const { code, out, err } = await run(args);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /Usage: replenish/);
  }
  assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

test('the demo proves itself, keeps its orders and lists them', { timeout: 120_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'replenish-'));
  const args = [
    'demo',
    '--db',
    'demo.db',
    '--json',
    'demo.json',
    '--out',
    'demo.html',
    '--seed',
    '7',
  ];
  const { code, out, err } = await run(args, { cwd });
  assert.equal(code, 0, out + err);
  assert.match(out, /nothing lost, nothing doubled/);
  assert.ok(!out.includes('\u001b'));
  const { proof, states, faults, customerOrders } = JSON.parse(
    readFileSync(join(cwd, 'demo.json'), 'utf8'),
  );
  assert.ok(proof.holds && faults > 10 && customerOrders === 123);
  assert.ok(states.sent > 100 && states.review > 0 && states.nullified > 0);

  const listed = await run(['orders', '--db', 'demo.db', '--json', 'list.json'], { cwd });
  assert.equal(listed.code, 0);
  const orders = JSON.parse(readFileSync(join(cwd, 'list.json'), 'utf8'));
  assert.equal(orders.length, proof.saleOrders);
  assert.equal(listed.out.trimEnd().split('\n').length, proof.saleOrders + 1);
  const one = orders.find(({ state, attempts }) => state === 'sent' && attempts > 1);
  const shown = await run(['orders', '--db', 'demo.db', 'show', one.id], { cwd });
  assert.match(shown.out, /submit .*initial -> sending/);
  assert.ok(shown.out.includes(one.documents[0]));
  assert.equal((await run(['orders', '--db', 'demo.db', 'show', 'nobody'], { cwd })).code, 2);
});
