/** The JSON schemas: made from the types as they are, they take good documents and refuse bad ones. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { loadEngine } from '../dist/node.js';
import { schemas } from '../scripts/schema.mjs';

const folder = new URL('../schema/', import.meta.url);
const examples = new URL('../../examples/split/', import.meta.url);
const skip = existsSync(examples) ? false : 'the examples are in the repository, not in the package';

const read = (url) => {
  const text = readFileSync(url, 'utf8');
  return /\.yaml$/.test(url.pathname) ? parse(text) : JSON.parse(text);
};
const validator = (name) =>
  new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
    read(new URL(`${name}.schema.json`, folder)),
  );
const accepts = (validate, document, about) =>
  assert.ok(validate(document), `${about}: ${JSON.stringify(validate.errors)}`);

test('the schemas are those of the types: else run `npm run schema` and commit them', () => {
  const fresh = schemas();
  assert.deepEqual(
    readdirSync(folder).sort(),
    fresh.map(({ name }) => name).sort(),
  );
  for (const { name, text } of fresh) {
    assert.equal(readFileSync(new URL(name, folder), 'utf8'), text, name);
    assert.doesNotMatch(text, /crate::|\[`/, `${name} speaks of Rust`);
  }
});

/** What each schema has to take, and the documents of it that stand in the examples. */
const DOCUMENTS = {
  'customer-order': ['order.json'],
  'split-rules': ['rules.json'],
};

for (const [name, files] of Object.entries(DOCUMENTS)) {
  test(`${name}: the examples are accepted, what the engine refuses is not`, { skip }, () => {
    const validate = validator(name);
    for (const file of files) {
      const document = read(new URL(file, examples));
      accepts(validate, document, file);
      assert.equal(validate({ ...document, colour: 'red' }), false, 'a field that there is not');
      assert.equal(validate([document]), false);
    }
    assert.equal(validate(null), false);
  });
}

test('what the engine answers is what the schemas describe', { skip }, async () => {
  const engine = await loadEngine();
  const order = read(new URL('order.json', examples));
  const split = engine.split(order, read(new URL('rules.json', examples)));
  accepts(validator('split'), split, 'split');
  accepts(validator('proof'), engine.proveSplit(order, split), 'proof');
});

test('an order is refused for one wrong word, and by the engine for the same', { skip }, async () => {
  const engine = await loadEngine();
  const validate = validator('customer-order');
  const order = read(new URL('order.json', examples));
  for (const [change, path] of [
    [(o) => (o.lines[0].amount = 7.25), '/lines/0/amount'],
    [(o) => (o.lines[0].amount = '7.25'), '/lines/0/amount'],
    [(o) => (o.lines[0].amount = '7,25 EUR'), '/lines/0/amount'],
    [(o) => (o.lines[0].quantity = '2.5'), '/lines/0/quantity'],
    [(o) => (o.lines[0].colour = 'red'), '/lines/0'],
    [(o) => delete o.lines[0].sku, '/lines/0'],
    [(o) => (o.lines[0].id = ''), '/lines/0/id'],
    [(o) => (o.lines[0].temperature = 'warm'), '/lines/0/temperature'],
    [(o) => (o.adjustments[0].kind = 'gift'), '/adjustments/0/kind'],
    [(o) => (o.payments[0].amount = null), '/payments/0/amount'],
    [(o) => (o.commissions[0].rate = 0.12), '/commissions/0/rate'],
    [(o) => delete o.currency, ''],
    [(o) => (o.currency = 'euro'), '/currency'],
    [(o) => (o.revision = 1.5), '/revision'],
    [(o) => (o.revision = -1), '/revision'],
  ]) {
    const changed = structuredClone(order);
    change(changed);
    assert.equal(validate(changed), false, `${change}`);
    assert.ok(
      validate.errors.some(({ instancePath }) => instancePath === path),
      `${change}: ${JSON.stringify(validate.errors)}`,
    );
    assert.throws(() => engine.split(changed, {}), { name: 'EngineError' }, `${change}`);
  }
});

/** Numbers from a fixed beginning, the same on every machine. */
function random(seed) {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % end;
  };
}

/** Every place within a document that holds a value: its object or list, and the name there. */
function* places(value) {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield [value, name];
    yield* places(inner);
  }
}

test('after random changes the schema takes all that the engine can read', { skip }, async () => {
  const engine = await loadEngine();
  const validate = validator('customer-order');
  const order = read(new URL('order.json', examples));
  const below = random(11);
  const values = [null, 0, 1, -1, 1.5, '', 'x', '1.00 EUR', '1.00 USD', '2 each', true, [], {}, '0.5'];
  const seen = { both: 0, neither: 0 };
  for (let round = 0; round < 2_000; round++) {
    const changed = structuredClone(order);
    const all = [...places(changed)];
    const [holder, name] = all[below(all.length)];
    if (below(4) === 0 && !Array.isArray(holder)) delete holder[name];
    else holder[name] = values[below(values.length)];
    let readable = true;
    try {
      engine.split(changed, {});
    } catch (error) {
      readable = error.code !== 'document_invalid';
    }
    // A schema cannot say all that the engine checks, such as that a currency exists; but what it
    // refuses the engine refuses.
    if (readable) accepts(validate, changed, `${round}: ${name} ${JSON.stringify(holder[name])}`);
    seen[readable ? 'both' : 'neither'] += 1;
  }
  assert.ok(seen.both > 200 && seen.neither > 200, JSON.stringify(seen));
});

test('every name in the types has one', () => {
  // Declarations of libraries are not checked otherwise, and this one is generated in parts.
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const types = fileURLToPath(new URL('../types/engine.d.ts', import.meta.url));
  const options = ['--noEmit', '--strict', '--ignoreConfig', '--types', '', '--lib', 'es2023,dom'];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, types], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('the schemas can be imported from the package', () => {
  const url = import.meta.resolve('replenish/schema/customer-order.schema.json');
  assert.ok(existsSync(fileURLToPath(url)));
});
