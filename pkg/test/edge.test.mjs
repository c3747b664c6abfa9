/** The engine's own fixtures through the WebAssembly module: same arguments, same answer. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadEngine } from '../dist/node.js';

const file = new URL('../../tests/fixtures/edge.json', import.meta.url);
const skip = existsSync(file) ? false : 'the fixtures are in the repository, not in the package';

/** What JSON has no number for stands there as null and as text. */
const number = (value) => (value === null ? NaN : Number(value));
const numbers = (given) => Float64Array.from(given, number);
const KINDS = {
  values: Float64Array,
  demands: Float64Array,
  shares: Float64Array,
  offsets: Uint32Array,
  outcomes: Uint32Array,
  in_stock: Uint8Array,
  lead_times: Uint32Array,
  order_days: Uint8Array,
  order_quantities: Float64Array,
  order_up_to_levels: Float64Array,
  quantities: Float64Array,
  reorder_points: Float64Array,
};

/** Files by what they hold, from their text. */
const files = (given) =>
  Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, { name, bytes: Buffer.from(text) }]),
  );

/** A document whose columns are typed arrays. */
function columns(given) {
  if (Array.isArray(given)) return given.map(columns);
  if (given === null || typeof given !== 'object') return given;
  const typed = ([name, value]) => [
    name,
    KINDS[name] && Array.isArray(value) ? KINDS[name].from(value, number) : columns(value),
  ];
  return Object.fromEntries(Object.entries(given).map(typed));
}

/** How the arguments of a call are made that are not as JSON has them. */
const ARGUMENTS = {
  planLots: [numbers],
  economicLot: [undefined, undefined, undefined, numbers, numbers],
  allocateStock: [undefined, columns],
  echelonRequirement: [undefined, columns],
  explodeDemand: [undefined, columns],
  forecast: [columns],
  forecastBatch: [columns],
  forecastInDetail: [columns],
  forecastLaunch: [columns, numbers],
  fitModel: [columns],
  leadTimeDemand: [columns],
  plan: [columns],
  proposeTransfers: [undefined, columns],
  replenish: [undefined, columns],
  replenishJointly: [columns],
  requirementsFromTables: [files],
  simulateStock: [numbers, columns, columns],
  substitute: [undefined, undefined, columns],
  updateModel: [undefined, numbers],
};

/** Columns of an answer as JSON would hold them. */
function plain(answer) {
  if (Array.isArray(answer)) return answer.map(plain);
  if (ArrayBuffer.isView(answer)) return Array.from(answer, (value) => (Number.isNaN(value) ? null : value));
  if (answer === null || typeof answer !== 'object') return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, plain(value)]));
}

test('every recorded case is answered the same through JavaScript', { skip }, async () => {
  const engine = await loadEngine();
  const cases = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(cases.length >= 40);
  /** What an argument names as the answer of another case or a part of it, or the argument. */
  const asAnswered = (value) => {
    if (Array.isArray(value)) return value.map(asAnswered);
    if (!value?.answer_of) return value;
    const steps = (value.at ?? '').split('/').slice(1);
    const { result } = cases.find(({ name }) => name === value.answer_of).answer;
    return steps.reduce((inner, step) => inner[step], result);
  };
  for (const { name, call, arguments: given, answer } of cases) {
    const read = (value, at) => ARGUMENTS[call]?.[at]?.(value) ?? value;
    const values = given.map(asAnswered).map(read);
    if ('error' in answer) {
      assert.throws(() => engine[call](...values), { name: 'EngineError', code: answer.error }, name);
    } else {
      assert.deepEqual(plain(engine[call](...values)), answer.result, name);
    }
  }
});
