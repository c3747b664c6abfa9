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
  `Error Number String assign call deleteProperty done entries from fromEntries get getRandomValues
  get_unchecked get_with_ref_key instanceof_ArrayBuffer instanceof_Float64Array instanceof_Map
  instanceof_Uint8Array instanceof_Uint32Array isArray isSafeInteger iterator keys length new
  new_from_slice next of parse prototypesetcall push set stringify value bytes demand exchange_rates history lots name
  needs offers pipeline stock terms`.split(/\s+/),
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
  values[21] = Infinity;
  const offsets = Uint32Array.of(0, 21, 28, values.length);
  const options = { ...forecast, horizon: 7, model: 'seasonal_naive' };
  const result = engine.forecastBatch({ values, offsets }, options);
  assert.deepEqual([...result.mean.slice(0, 7)], week);
  assert.ok(result.mean.slice(7, 14).every(Number.isNaN));
  assert.deepEqual([...result.mean.slice(14)], week);
  assert.deepEqual([...result.quantiles.slice(0, 7)], week);
  assert.deepEqual([result.models, [...result.model_of]], [['seasonal_naive'], [0, -1, 0]]);
  assert.deepEqual(
    result.problems.map(({ index, code }) => [index, code]),
    [[1, 'demand_invalid']],
  );
});

/** Eight weeks of demand, doubled on promoted days, of which the last is out of stock. */
function promoted() {
  const promo = Float64Array.from({ length: 56 + 7 }, (_, day) => Number(day % 9 === 2));
  const values = Float64Array.from({ length: 56 }, (_, day) => (20 + (day % 7)) * (1 + promo[day]));
  const in_stock = new Uint8Array(56).fill(1);
  [values[55], in_stock[55]] = [0, 0];
  return { values, in_stock, promo };
}

test('stock-outs and promotions of one series and of many say the same', async () => {
  const engine = await loadEngine();
  const { values, in_stock, promo } = promoted();
  const options = { horizon: 7, quantiles: [0.5] };
  const named = { name: 'promo', kind: 'promotion', values: promo };
  const alone = engine.forecast({ values, in_stock, regressors: [named] }, options);
  const batch = {
    values,
    offsets: Uint32Array.of(0, 56),
    in_stock,
    regressors: [{ ...named, offsets: Uint32Array.of(0, 63) }],
  };
  assert.deepEqual([...engine.forecastBatch(batch, options).mean], alone.mean);
  const [{ factor }] = alone.influences;
  assert.ok(factor > 1.7 && factor < 2.1, factor);
  const plain = engine.forecast({ values }, options);
  assert.ok(alone.mean[0] > 1.2 * plain.mean[0], 'the zero of an empty shelf is no demand');
});

test('a forecast in detail tells what the model expected', async () => {
  const engine = await loadEngine();
  const values = Float64Array.of(4, 8, 6, NaN, 6);
  const options = { horizon: 1, season_length: 1, missing: 'unknown', model: 'naive' };
  const { history, fitted_values, residuals, mean } = engine.forecastInDetail({ values }, options);
  assert.deepEqual([history[0], history.length, fitted_values.length], [4, 5, 5]);
  assert.ok(Number.isNaN(fitted_values[0]) && Number.isNaN(residuals[0]));
  assert.deepEqual([...residuals.slice(1, 3)], [4, -2]);
  assert.deepEqual(mean, [6]);
});

test('a model is kept as JSON, brought up to date and asked', async () => {
  const engine = await loadEngine();
  const { values } = promoted();
  for (const model of ['auto', 'auto_ets', 'mean:theta+ces', 'auto_counts', 'sparse_demand', 'mstl']) {
    const options = { horizon: 7, quantiles: [0.1, 0.9], model };
    const now = engine.forecast({ values }, options);
    const kept = JSON.parse(JSON.stringify(engine.fitModel({ values }, options)));
    assert.deepEqual(engine.forecastModel(kept, 7, [0.1, 0.9]), {
      mean: now.mean,
      quantiles: now.quantiles,
    });
    const later = engine.updateModel(kept, Float64Array.of(25, NaN, 27));
    assert.deepEqual([kept.periods, later.periods, later.model], [56, 59, now.model], model);
    const week = { type: 'fixed', periods: 7 };
    assert.deepEqual(
      engine.modelLeadTimeDemand(kept, week, [0.5, 0.95]),
      engine.leadTimeDemand({ values }, options, week, [0.5, 0.95]),
    );
    assert.throws(() => engine.updateModel(kept, Float64Array.of(-1)), { code: 'demand_negative' });
  }
  assert.throws(() => engine.forecastModel({ version: '2' }, 7, []), { code: 'document_invalid' });
});

test('forecasts are made to add up, launched by analogy and scored', async () => {
  const engine = await loadEngine();
  const base = [[12], [5], [4]];
  const tree = { parents: [null, 0, 0] };
  const options = { method: 'ordinary_least_squares' };
  assert.deepEqual(engine.reconcile(tree, base, options), [[11], [6], [5]]);
  assert.deepEqual(engine.reconcile({ groups: [[0, 1]], bottom: 2 }, base, { method: 'bottom_up' }), [
    [9],
    [5],
    [4],
  ]);
  assert.throws(() => engine.reconcile({ parents: [7] }, [[1]], {}), { name: 'EngineError' });
  const analogues = [
    { values: Float64Array.of(0, 0, 8, 6, 4, 2) },
    { values: Float64Array.of(80, 60, 40, 20), weight: 1 },
  ];
  const level = { per_period: { demand: 10 } };
  const launch = engine.forecastLaunch(analogues, new Float64Array(0), { horizon: 4, level });
  assert.deepEqual(launch.mean.map(Math.round), [16, 12, 8, 4]);
  const known = { history: [10, 14, 10], season_length: 1, actual: [12, NaN], mean: [10, 14] };
  const scores = engine.scoreForecast({ ...known, quantiles: [] });
  assert.deepEqual([scores.mae, scores.mase, scores.periods], [2, 0.5, 1]);
});

test('columns that are no typed arrays are named', async () => {
  const engine = await loadEngine();
  const values = Float64Array.of(1, 2, 3);
  for (const [series, path] of [
    [undefined, 'series'],
    [{}, 'series.values'],
    [{ values: [1, 2, 3] }, 'series.values'],
    [{ values, in_stock: [1, 1, 1] }, 'series.in_stock'],
    [{ values, regressors: 1 }, 'series.regressors'],
    [{ values, regressors: [{ kind: 'price', values }] }, 'series.regressors[0].name'],
    [{ values, regressors: [{ name: 'p', kind: 'cost', values }] }, 'series.regressors[0].kind'],
    [{ values, regressors: [{ name: 'p', kind: 'price' }] }, 'series.regressors[0].values'],
  ]) {
    const refused = { name: 'EngineError', code: 'document_invalid', path };
    assert.throws(() => engine.forecast(series, { horizon: 1 }), refused, path);
  }
  const refused = { code: 'document_invalid', path: 'batch.offsets' };
  assert.throws(() => engine.forecastBatch({ values, offsets: [0, 3] }, {}), refused);
});

test('documents that hold demand are refused by the field that is wrong', async () => {
  const engine = await loadEngine();
  const values = Float64Array.from({ length: 28 }, (_, day) => 4 + (day % 7));
  const demand = engine.demandSums({ values }, { horizon: 7 }, 7);
  const own = { demand, periods: 7, stock: '1 each' };
  const short = { ...demand, offsets: Uint32Array.of(0) };
  for (const [documents, path, code = 'document_invalid'] of [
    [undefined, 'own'],
    [{ set: undefined }, 'own[set]'],
    [{ set: { ...own, demand: undefined } }, 'own[set].demand'],
    [{ set: { ...own, demand: { ...demand, shares: [1] } } }, 'own[set].demand.shares'],
    [{ set: { ...own, demand: short } }, 'own[set].demand.outcomes', 'demand_sums_invalid'],
    [{ set: { ...own, stock: '1 eachs!' } }, 'own[set].stock'],
    [{ set: { ...own, stocks: '1 each' } }, 'own[set]'],
    [{ set: own, box: { ...own, periods: 8 } }, 'own[box].periods', 'interval_too_long'],
    [{ '': own }, 'own', 'id_invalid'],
  ]) {
    const refused = { name: 'EngineError', code, path };
    assert.throws(() => engine.explodeDemand([], documents), refused, path);
  }
  // A product may be called as it likes.
  const odd = Object.fromEntries([['__proto__', own]]);
  const [[name, { answer }]] = Object.entries(engine.explodeDemand([], odd));
  assert.deepEqual([name, answer.demand.outcomes.length], ['__proto__', 1]);
  const shop = { location: '', demand, periods: 7, position: '1 each', service_level: 0.9 };
  const refused = { code: 'document_invalid', path: 'locations[0].location' };
  assert.throws(() => engine.allocateStock('1 each', [shop]), refused);
  assert.throws(() => engine.replenishJointly({}, '2026-03-02', 'day', {}), { path: 'order' });
  // What is asked with is left as it was.
  assert.deepEqual(Object.keys(own), ['demand', 'periods', 'stock']);
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
