import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EngineError, loadEngine } from 'replenish';
import { wrapGlue } from '../dist/engine.js';
import * as browserEntry from '../dist/index.js';
import * as nodeEntry from '../dist/node.js';

const tenRows = (name) => ({
  name,
  bytes: readFileSync(new URL(`../../examples/ten-rows/${name}`, import.meta.url)),
});
const files = {
  demand: tenRows('demand.csv'),
  stock: tenRows('stock.csv'),
  offers: tenRows('offers.csv'),
};

/**
 * The glue's own imports, and what it needs to read and build JavaScript values: nothing with which
 * a clock, a socket or a file could be reached. `getRandomValues` serves `randomSeed` alone.
 */
const GLUE = /^__(wbindgen|wbg___wbindgen)_\w+$/;
const VALUES = new Set(
  `Error Number String call done entries get getRandomValues get_unchecked get_with_ref_key
  instanceof_ArrayBuffer instanceof_Map instanceof_Uint8Array isArray isSafeInteger iterator length
  new next prototypesetcall set value bytes demand name offers stock terms`.split(/\s+/),
);

test('the module imports binding glue and nothing else', () => {
  const bytes = readFileSync(new URL('../engine/replenish_bg.wasm', import.meta.url));
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  assert.ok(imports.length > 10);
  const foreign = imports.filter(({ module, name }) => {
    const value = /^__wbg_(\w+)_[0-9a-f]{16}$/.exec(name)?.[1];
    return module !== './replenish_bg.js' || !(GLUE.test(name) || VALUES.has(value));
  });
  assert.deepEqual(foreign, []);
});

test('both entries export the same', () => {
  assert.deepEqual(Object.keys(nodeEntry).sort(), Object.keys(browserEntry).sort());
});

test('the engine is loaded once and is plain functions', async () => {
  const engine = await loadEngine();
  assert.equal(engine, await loadEngine());
  assert.ok(Object.isFrozen(engine));
  for (const [name, value] of Object.entries(engine)) {
    assert.equal(typeof value, 'function', name);
    assert.doesNotMatch(name, /^_|default|initSync|^[A-Z]/);
  }
});

test('columns in, columns out', async () => {
  const engine = await loadEngine();
  const week = [20, 22, 19, 25, 31, 40, 12];
  const values = new Float64Array(Array.from({ length: 8 }, () => week).flat());
  const { forecast } = engine.planOptions('2026-11-21');
  const offsets = new Uint32Array([0, values.length, values.length]);
  const result = engine.forecastBatch(values, offsets, { ...forecast, horizon: 7 });
  assert.deepEqual([...result.mean.slice(0, 7)], week);
  assert.ok(result.mean.slice(7).every(Number.isNaN));
  assert.deepEqual(
    result.problems.map(({ index }) => index),
    [1],
  );
});

test('files become a plan, and the same plan each time', async () => {
  const engine = await loadEngine();
  const options = { ...engine.planOptions('2017-12-31') };
  const plan = engine.planFromTables(files, options);
  assert.equal(plan.products.length, 2);
  assert.equal(JSON.stringify(plan), JSON.stringify(engine.planFromTables(files, options)));
});

test('a refusal names field, expected and got, and leaves the engine whole', async () => {
  const engine = await loadEngine();
  assert.throws(
    () => engine.planOptions('2026-02-30'),
    (error) => {
      assert.ok(error instanceof EngineError && error instanceof Error);
      assert.deepEqual([error.name, error.path, error.got], ['EngineError', 'today', '2026-02-30']);
      assert.notEqual(error.code, 'internal');
      assert.ok(error.expected.length > 0 && error.message.includes('2026-02-30'));
      return true;
    },
  );
  assert.throws(
    () =>
      engine.planFromTables(
        {
          ...files,
          stock: { name: 's.csv', bytes: new TextEncoder().encode('sku,on_hand\na,-1\n') },
        },
        engine.planOptions('2017-12-31'),
      ),
    ({ problems: [{ file, line, column }] }) =>
      file === 's.csv' && line === 2 && column === 'on_hand',
  );
  assert.equal(engine.planOptions('2026-02-28').today, '2026-02-28');
});

test('what is no refusal is an internal error and replaces the instance', async () => {
  let replaced = 0;
  const trap = new WebAssembly.RuntimeError('unreachable');
  const engine = wrapGlue({
    __wbg_reset_state: () => replaced++,
    default: () => {},
    plan: () => {
      throw trap;
    },
    split: () => {
      throw {
        code: 'id_twice',
        message: 'twice',
        problems: [{ code: 'id_twice', path: 'id', expected: 'x', got: 'y' }],
      };
    },
  });
  assert.throws(
    () => engine.plan(),
    (error) => error.code === 'internal' && error.cause === trap,
  );
  assert.equal(replaced, 1);
  assert.throws(
    () => engine.split(),
    (error) => error.code === 'id_twice' && error.path === 'id',
  );
  assert.equal(replaced, 1);
  assert.deepEqual(Object.keys(engine).sort(), ['plan', 'split']);
});

test('the built engine works again after its instance was replaced', async () => {
  const engine = await loadEngine();
  const before = engine.planOptions('2026-11-21');
  // No number of arguments that the glue could hand on: it throws in the middle of the call.
  assert.throws(() => engine.planFromTables(undefined, before), { code: 'internal' });
  assert.deepEqual(engine.planOptions('2026-11-21'), before);
});
