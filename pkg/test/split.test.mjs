/** `replenish split` and `replenish approve` on files, good and bad, and many orders at once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { loadEngine, splitBatch } from '../dist/node.js';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));
const example = fileURLToPath(new URL('../../examples/split/', import.meta.url));
const skip = existsSync(example) ? false : 'the examples are in the repository, not in the package';

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** A directory with these documents as files. */
function directory(files) {
  const path = mkdtempSync(join(tmpdir(), 'replenish-'));
  for (const [name, content] of Object.entries(files)) {
    const plain = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(join(path, name), plain ? content : JSON.stringify(content));
  }
  return path;
}

/** Worked out by hand: 10.00 off 33.33, 33.33 and 33.34 is 3.33, 3.33 and 3.34. */
const SMALL = {
  id: '7',
  revision: 1,
  currency: 'EUR',
  lines: [
    { id: 'a', sku: 'tea', vendor: 'farm', quantity: '3 each', amount: '33.33 EUR' },
    { id: 'b', sku: 'cup', quantity: '1 each', amount: '33.33 EUR' },
    { id: 'c', sku: 'pot', vendor: 'mill', quantity: '1 each', amount: '33.34 EUR' },
  ],
  adjustments: [{ id: 'off', kind: 'discount', amount: '-10.00 EUR', coupon: 'TEN' }],
  payments: [{ id: 'card', kind: 'card', amount: '90.00 EUR' }],
};

const changed = (change) => {
  const order = structuredClone(SMALL);
  change(order);
  return order;
};

test('the sale orders are printed with every column, and the proof of each', async () => {
  const cwd = directory({ 'order.json': SMALL });
  const { code, out, err } = await run(['split', 'order.json'], cwd);
  assert.deepEqual([code, err], [0, '']);
  assert.deepEqual(
    out.split('\n').map((line) => line.replace(/ +/g, ' ').trimEnd()),
    [
      'order 7, revision 1: 90.00 EUR in 3 sale orders',
      '',
      '7:1:~ nobody in particular 30.00 EUR',
      ' line sku quantity goods off total card',
      ' b cup 1 each 33.33 -3.33 30.00 30.00',
      ' 33.33 -3.33 30.00 30.00',
      '',
      '7:1:farm farm 30.00 EUR',
      ' line sku quantity goods off total card',
      ' a tea 3 each 33.33 -3.33 30.00 30.00',
      ' 33.33 -3.33 30.00 30.00',
      '',
      '7:1:mill mill 30.00 EUR',
      ' line sku quantity goods off total card',
      ' c pot 1 each 33.34 -3.34 30.00 30.00',
      ' 33.34 -3.34 30.00 30.00',
      '',
      'used once for the whole order: TEN',
      'column order sum of parts',
      'goods 100.00 100.00 adds up',
      'total 90.00 90.00 adds up',
      'offset 0.00 0.00 adds up',
      'adjustment off -10.00 -10.00 adds up',
      'payment card 90.00 90.00 adds up',
      'every one of 5 columns adds up to the order, to the minor unit',
      '',
    ],
  );
  const numbers = out.split('\n').slice(3, 6);
  assert.equal(new Set(numbers.map((line) => line.length)).size, 1, 'numbers stand below one another');
});

test('what is worth a look is said: units beyond a parcel, new vendors, what nobody could take', async () => {
  const order = changed((o) => {
    o.lines[0].weight = '60 kg';
    o.lines[2].weight = '200 kg';
    o.adjustments[0].amount = '-150.00 EUR';
    o.payments = [];
  });
  const rules = { capacity: { weight: '150 kg' }, vendors: { cup: 'mill' } };
  const cwd = directory({ 'order.json.gz': gzipSync(JSON.stringify(order)), 'rules.yaml': stringify(rules) });
  const { code, out, err } = await run(['split', 'order.json.gz', '--rules', 'rules.yaml'], cwd);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^ {2}! a single unit beyond what a parcel can take$/m);
  assert.match(out, /^ {2}! line b was to come from nobody in particular$/m);
  assert.match(out, /^not applied: -50\.00 EUR of off, which no line could take$/m);
  assert.match(out, /^adjustment off +-150\.00 +-100\.00 +-50\.00 +adds up$/m);
  assert.match(out, /farm, parcel 1 /);
  assert.match(out, /farm, parcel 2 /);
});

test('--json prints split and proof, the same each time and as the engine has them', async () => {
  const engine = await loadEngine();
  const cwd = directory({ 'order.json': SMALL, 'rules.json': { one_line_per_order: true } });
  const args = ['split', 'order.json', '--rules', 'rules.json', '--json'];
  const { code, out, err } = await run(args, cwd);
  assert.deepEqual([code, err], [0, '']);
  const split = engine.split(SMALL, { one_line_per_order: true });
  assert.deepEqual(JSON.parse(out), { split, proof: engine.proveSplit(SMALL, split) });
  assert.equal((await run(args, cwd)).out, out);
  const mixed = changed((o) => o.lines.reverse());
  assert.equal(JSON.stringify(engine.split(mixed, { one_line_per_order: true })), JSON.stringify(split));
});

const BAD = {
  'a payment that is a cent short': [
    changed((o) => (o.payments[0].amount = '89.99 EUR')),
    /^order\.json: payments: expected .*90\.00 EUR.*, got .*89\.99 EUR/m,
  ],
  'money as a number': [
    changed((o) => (o.lines[1].amount = 33.33)),
    /^order\.json: lines\[1\]\.amount: expected an amount and a currency.*, got .*33\.33/m,
  ],
  'two currencies': [
    changed((o) => (o.lines[1].amount = '33.33 USD')),
    /^order\.json: lines\[1\]\.amount: expected .*EUR.*, got 33\.33 USD$/m,
  ],
  'an unknown currency': [
    changed((o) => (o.lines[1].amount = '33.33 EUX')),
    /^order\.json: lines\[1\]\.amount: expected an ISO-4217 currency.*, got EUX$/m,
  ],
  'a line twice': [
    changed((o) => (o.lines[1].id = 'a')),
    /^order\.json: lines\[1\]\.id: expected .*once.*, got a$/m,
  ],
  'a field that there is not': [changed((o) => (o.lines[1].colour = 'red')), /^order\.json: lines\[1\].*: .*colour/m],
  'nothing wanted': [changed((o) => (o.lines = [])), /^order\.json: expected an order with at least one line/m],
  'a price below zero': [
    changed((o) => (o.lines[1].amount = '-1.00 EUR')),
    /^order\.json: lines\[1\]\.amount: expected .*zero or more.*, got -1\.00 EUR$/m,
  ],
  'more than can be counted': [
    changed((o) => (o.lines[1].amount = '100000000000.01 EUR')),
    /^order\.json: lines\[1\]\.amount: expected .*, got 100000000000\.01 EUR$/m,
  ],
  'no JSON': ['{', /^order\.json: expected a JSON document, got /m],
};

for (const [name, [document, expected]] of Object.entries(BAD)) {
  test(`${name} is told with its place, and nothing comes out`, async () => {
    const { code, out, err } = await run(['split', 'order.json'], directory({ 'order.json': document }));
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, expected);
    assert.doesNotMatch(err, /\n {4}at /, 'no stack');
  });
}

test('rules that are wrong are told with their own file', async () => {
  for (const [rules, expected] of [
    ['then_by: [colour]\n', /^rules\.yaml: then_by\[0\]: expected .*/m],
    ['capacity: {lines: 0}\n', /^rules\.yaml: capacity\.lines: expected .*, got 0$/m],
    ['then_by: [availability\n', /^rules\.yaml: expected a YAML document, got .*/m],
    ['one: 1\none: 2\n', /^rules\.yaml: expected a YAML document, got .*unique/m],
  ]) {
    const cwd = directory({ 'order.json': SMALL, 'rules.yaml': rules });
    const { code, out, err } = await run(['split', 'order.json', '--rules', 'rules.yaml'], cwd);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, expected);
  }
});

test('of a list, a bad order does not stop the others', async () => {
  const bad = changed((o) => (o.payments[0].amount = '1.00 EUR'));
  const other = changed((o) => (o.id = '8'));
  const cwd = directory({ 'orders.json': [SMALL, bad, other], 'bad.json': [bad], 'none.json': [] });
  const { code, out, err } = await run(['split', 'orders.json', '--json'], cwd);
  assert.equal(code, 1);
  const orders = out.trimEnd().split('\n').map((line) => JSON.parse(line).split.sale_orders[0].order);
  assert.deepEqual(orders, ['7', '8']);
  assert.match(err, /^orders\.json: \[1\]\.payments: expected .*90\.00 EUR.*, got .*1\.00 EUR/);
  assert.match(err, /1 of 3 orders are not split: see above\n$/);
  const all = await run(['split', 'bad.json'], cwd);
  assert.deepEqual([all.code, all.out], [2, '']);
  assert.equal((await run(['split', 'none.json'], cwd)).code, 2);
});

test('the order is named, and only one', async () => {
  const cwd = directory({ 'order.json': SMALL });
  for (const [args, expected] of [
    [['split'], /^expected ORDER$/m],
    [['split', 'order.json', 'order.json'], /^expected no `order\.json`$/m],
    [['split', 'missing.json'], /^missing\.json: expected a file that can be read/m],
  ]) {
    const { code, out, err } = await run(args, cwd);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, expected);
  }
});

test('the commands of the example print what its README shows', { skip }, async () => {
  const readme = readFileSync(join(example, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/^```sh\nreplenish (.*)\n```\n+```text\n([^]*?)^```$/gm)];
  assert.ok(shown.length >= 1);
  for (const [, command, text] of shown) {
    const { code, out, err } = await run(command.split(' '), example);
    assert.deepEqual([code, err], [0, '']);
    assert.equal(out, text, command);
  }
});

/** Orders that differ, some of which cannot be split. */
function mixedOrders(count) {
  return Array.from({ length: count }, (_, number) =>
    changed((order) => {
      order.id = `order "${number}" é`;
      order.lines[0].vendor = `vendor-${number % 7}`;
      order.lines[1].attributes = { engraving: 'Für\n"Ada" \\ \u2028' };
      if (number % 5 === 1) order.payments[0].amount = '1.00 EUR';
      if (number % 5 === 2) order.lines = [];
      if (number % 5 === 3) order.lines[2].amount = 1;
    }),
  );
}

test('many orders as one text are split as each by itself', async () => {
  const engine = await loadEngine();
  const orders = mixedOrders(50);
  const rules = { then_by: ['availability'] };
  const answers = splitBatch(engine, orders, rules);
  assert.equal(answers.length, orders.length);
  const seen = { answer: 0, refused: 0 };
  for (const [index, order] of orders.entries()) {
    const { answer, refused } = answers[index];
    seen[answer ? 'answer' : 'refused'] += 1;
    try {
      assert.deepEqual(answer, engine.split(order, rules));
    } catch (error) {
      assert.equal(error.name, 'EngineError', error);
      assert.equal(refused.code, error.code);
      if (error.problems.length === 0) continue;
      assert.deepEqual(refused, { ...error.problems[0], path: error.path.replace(/^order\./, '') });
    }
  }
  assert.deepEqual(seen, { answer: 20, refused: 30 });
  assert.equal(JSON.stringify(splitBatch(engine, orders, rules)), JSON.stringify(answers));
  assert.deepEqual(splitBatch(engine, []), []);
});

test('orders line by line are answered line by line; text that is none is refused', async () => {
  const engine = await loadEngine();
  const [first, , , , second] = mixedOrders(5);
  const lines = [JSON.stringify(first), '', '{"id": ', JSON.stringify(second), ''].join('\n');
  const answers = engine.splitJson(lines, '{}').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(
    answers.map(({ answer, refused }) => answer?.sale_orders.length ?? refused.code),
    [3, 'document_invalid', 3],
  );
  assert.deepEqual(answers[0].answer, engine.split(first, {}));
  for (const [orders, rules, path] of [
    ['[{}', '{}', 'orders'],
    ['[]]', '{}', 'orders'],
    ['[]', '{', 'rules'],
    ['[]', '{"then_by": ["colour"]}', 'rules.then_by[0]'],
  ]) {
    const refused = { name: 'EngineError', code: 'document_invalid', path };
    assert.throws(() => engine.splitJson(orders, rules), refused, `${orders} ${rules}`);
  }
});

/** What a call answers, or the problems for which the engine refuses it. */
function answerOf(call) {
  try {
    return { answer: call() };
  } catch (error) {
    assert.equal(error.name, 'EngineError', error);
    return { problems: error.problems };
  }
}

const cents = (amount) => Number(amount.split(' ')[0].replace('.', ''));

test('orders in columns are split as their documents', async () => {
  const engine = await loadEngine();
  const orders = mixedOrders(40).filter(({ lines }) => lines.length > 0 && lines[2].amount !== 1);
  const ends = (field) => Uint32Array.from([0, ...orders.map((_, n) => (n + 1) * SMALL[field].length)]);
  const of = (field, value) => orders.flatMap((order) => order[field].map(value));
  const number = ({ vendor }) => (vendor === 'mill' ? 1 : vendor ? 2 + Number(vendor.split('-')[1]) : 0);
  const columns = {
    currency: 'EUR',
    lines: ends('lines'),
    vendors: Uint32Array.from(of('lines', number)),
    quantities: Uint32Array.from(of('lines', ({ quantity }) => parseInt(quantity, 10))),
    amounts: Float64Array.from(of('lines', ({ amount }) => cents(amount))),
    adjustments: ends('adjustments'),
    kinds: new Uint32Array(orders.length),
    adjustment_amounts: Float64Array.from(of('adjustments', ({ amount }) => cents(amount))),
    payments: ends('payments'),
    payment_amounts: Float64Array.from(of('payments', ({ amount }) => cents(amount))),
  };
  const split = engine.splitColumns(columns);
  const refused = [];
  for (const [place, order] of orders.entries()) {
    const rows = Array.from({ length: 3 }, (_, line) => 3 * place + line);
    const found = rows.map((row) => [split.totals[row], split.shares[row], split.paid[row]]);
    const [from, to] = split.part_offsets.slice(place, place + 2);
    const { answer, problems } = answerOf(() => engine.split(order, {}));
    if (answer === undefined) {
      refused.push({ order: place, refused: problems[0] });
      assert.deepEqual([from, found.flat().every((share) => share === 0)], [to, true]);
      continue;
    }
    const { sale_orders: parts } = answer;
    const lines = parts
      .flatMap((part) => part.lines.map((line) => [line.id, line]))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { total, adjustments, payments }]) => [total, adjustments[0].amount, payments[0].amount]);
    assert.deepEqual(found, lines.map((line) => line.map(cents)));
    assert.deepEqual([...split.part_totals.slice(from, to)], parts.map(({ total }) => cents(total)));
    assert.deepEqual(
      parts.flatMap((part, at) => part.lines.map(({ id }) => split.parts[rows['abc'.indexOf(id)]] - from - at)),
      [0, 0, 0],
    );
  }
  assert.deepEqual(split.problems, refused);
  assert.ok(refused.length > 5 && refused.length < orders.length);
  for (const [change, path] of [
    [{ vendors: new Uint32Array(1) }, 'columns.vendors'],
    [{ amounts: columns.amounts.map(() => 0.5) }, 'columns.amounts[0]'],
    [{ amounts: [...columns.amounts] }, 'columns.amounts'],
    [{ kinds: columns.kinds.map(() => 4) }, 'columns.kinds[0]'],
    [{ lines: Uint32Array.of(0, 5, 3) }, 'columns.lines'],
    [{ currency: 'EUX' }, 'columns.currency'],
    [{ currency: undefined }, 'columns.currency'],
  ]) {
    const refused = { name: 'EngineError', path };
    assert.throws(() => engine.splitColumns({ ...columns, ...change }), refused, path);
  }
});

const DRAFT = {
  id: 'po-1',
  revision: 1,
  supplier: 'farm',
  currency: 'EUR',
  order_date: '2026-11-21',
  requested_delivery: '2026-11-23',
  lines: [
    {
      id: 'apple',
      sku: 'apple',
      offer: 'o-1',
      packs: 50,
      pack_size: '10 kg',
      quantity: '500 kg',
      unit_price: '2.50 EUR',
      amount: '1250.00 EUR',
      charges: '0.00 EUR',
      need_by: '2026-11-24',
      arrival: '2026-11-23',
    },
  ],
  goods: '1250.00 EUR',
  freight: '0.00 EUR',
  charges: '0.00 EUR',
  net: '1250.00 EUR',
  taxes: [],
  tax: '0.00 EUR',
  total: '1250.00 EUR',
  expected_arrival: '2026-11-23',
};
const APPROVAL = `
version: 2026-11
roles:
  - name: buyer
    approvers: [{ person: anna }, { person: ben }]
rules:
  - name: large orders
    when: { amount_from: 1000.00 EUR }
    then: { ask: [{ level: 1, roles: [buyer] }] }
otherwise: approve
`;

test('an approval says which rule fired, who is asked and what is missing', async () => {
  const engine = await loadEngine();
  const small = { ...DRAFT, id: 'po-2', goods: '9.00 EUR', net: '9.00 EUR', total: '9.00 EUR' };
  small.lines = [{ ...DRAFT.lines[0], amount: '9.00 EUR' }];
  const context = { today: '2026-11-21', requesters: ['anna'] };
  const by = (person) => ({
    by: person,
    verdict: 'approved',
    on: '2026-11-21',
    at: 1_795_250_000_000,
    order: {
      id: 'po-1',
      revision: 1,
      supplier: 'farm',
      net: '1250.00 EUR',
      total: '1250.00 EUR',
      lines: [{ id: 'apple', sku: 'apple', quantity: '500 kg' }],
    },
  });
  const cwd = directory({
    'drafts.json': { purchase_orders: [DRAFT, small] },
    'rules.yaml': APPROVAL,
    'context.json': context,
    'ben.json': [by('ben')],
    'anna.json': [by('anna')],
  });
  const args = ['approve', 'drafts.json', '--rules', 'rules.yaml'];
  const { code, out, err } = await run([...args, '--context', 'context.json'], cwd);
  assert.deepEqual([code, err], [1, '1 of 2 purchase orders may not be placed yet\n']);
  assert.match(out, /^po-1, revision 1: waiting$/m);
  assert.match(out, /^ {2}rule `large orders` fired: ask$/m);
  assert.match(out, /^ {4}total 1250\.00 EUR is 1000\.00 EUR or more$/m);
  assert.match(out, /^ {2}level 1, buyer; 1 of 1 missing: ben; asked now$/m);
  assert.match(out, /^po-2, revision 1: approved\n {2}rule `otherwise` fired: approve$/m);

  const named = ['--requester', 'anna', '--today', '2026-11-21'];
  const given = await run([...args, ...named, '--given', 'ben.json', '--json'], cwd);
  assert.deepEqual([given.code, given.err], [0, '']);
  const [first] = given.out.split('\n').map((line) => line && JSON.parse(line));
  const rules = (await import('yaml')).parse(APPROVAL);
  assert.deepEqual(first, engine.decideApproval(DRAFT, rules, context, [by('ben')]));
  const own = await run([...args, ...named, '--given', 'anna.json'], cwd);
  assert.match(own.out, /^ {2}anna approved: requester, /m);
  assert.equal(own.code, 1);
});

test('approval rules, context and drafts that are wrong are told with their file', async () => {
  const hopeless = APPROVAL.replace('roles: [buyer] }', 'roles: [buyer], count: 3 }');
  const cwd = directory({
    'drafts.json': [DRAFT, { ...DRAFT, total: '1.00 EUR' }],
    'draft.json': DRAFT,
    'rules.yaml': APPROVAL,
    'hopeless.yaml': hopeless,
    'context.json': { today: '2026-11-21', requesters: [] },
  });
  for (const [draft, rules, context, expected] of [
    ['draft.json', 'hopeless.yaml', [], /^hopeless\.yaml: rules\[0\]\.then\.ask\[0\]\.count: expected at most 2/m],
    ['draft.json', 'rules.yaml', ['--context', 'context.json'], /^context\.json: requesters: expected at least one/m],
    ['drafts.json', 'rules.yaml', ['--requester', 'anna'], /^drafts\.json: \[1\]\S*total: expected .*1250\.00 EUR.*, got 1\.00 EUR$/m],
    ['draft.json', 'draft.json', ['--requester', 'anna'], /^draft\.json: .*expected/m],
  ]) {
    const { code, out, err } = await run(['approve', draft, '--rules', rules, ...context], cwd);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, expected);
  }
});
