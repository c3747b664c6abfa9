/** The engine's own fixtures through the WebAssembly module: same arguments, same answer. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadEngine } from '../dist/node.js';

const file = new URL('../../tests/fixtures/edge.json', import.meta.url);
const skip = existsSync(file) ? false : 'the fixtures are in the repository, not in the package';

/** Long columns of numbers cross as typed arrays. */
const COLUMNS = {
  forecast: [Float64Array],
  plan: [Float64Array, Uint32Array],
};

test('every recorded case is answered the same through JavaScript', { skip }, async () => {
  const engine = await loadEngine();
  const cases = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(cases.length >= 8);
  for (const { name, call, arguments: given, answer } of cases) {
    const values = given.map((value, index) => COLUMNS[call]?.[index]?.from(value) ?? value);
    if ('error' in answer) {
      assert.throws(() => engine[call](...values), { name: 'EngineError', code: answer.error }, name);
    } else {
      assert.deepEqual(engine[call](...values), answer.result, name);
    }
  }
});
