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
const KINDS = { values: Float64Array, offsets: Uint32Array, in_stock: Uint8Array };

/** An object whose columns are typed arrays. */
function columns(given) {
  const typed = ([name, value]) => [
    name,
    KINDS[name]?.from(value, number) ?? (Array.isArray(value) ? value.map(columns) : value),
  ];
  return Object.fromEntries(Object.entries(given).map(typed));
}

/** How the arguments of a call are made that are not as JSON has them. */
const ARGUMENTS = {
  forecast: [columns],
  forecastBatch: [columns],
  forecastInDetail: [columns],
  forecastLaunch: [(analogues) => analogues.map(columns), numbers],
  fitModel: [columns],
  leadTimeDemand: [columns],
  plan: [columns],
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
  for (const { name, call, arguments: given, answer } of cases) {
    const values = given.map((value, at) => ARGUMENTS[call]?.[at]?.(value) ?? value);
    if ('error' in answer) {
      assert.throws(() => engine[call](...values), { name: 'EngineError', code: answer.error }, name);
    } else {
      assert.deepEqual(plain(engine[call](...values)), answer.result, name);
    }
  }
});
