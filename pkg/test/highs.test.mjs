/** Baskets solved by HiGHS, as the textbook states them, and by the engine cost the same. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import loadHighs from 'highs';
import { loadEngine } from '../dist/node.js';
import { chosen, cost, FAMILIES, madeUp, program } from './basket.mjs';

const engine = await loadEngine();
const highs = await loadHighs();

/** The least cost that HiGHS proves, as the cost of its choice in whole numbers. */
function leastCost(instance) {
  const exact = { output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0, mip_feasibility_tolerance: 1e-9 };
  const { Status, Columns } = highs.solve(program(instance), exact);
  assert.equal(Status, 'Optimal', instance.id);
  return cost(instance, chosen(instance, (name) => Columns[name]?.Primal));
}

function answer(instance) {
  const { status, objective, lower_bound, gap, solution } = engine.allocateInstance(instance);
  assert.equal(cost(instance, solution), objective, instance.id);
  assert.deepEqual([status, lower_bound, gap], ['proved', objective, 0], instance.id);
  return objective;
}

const families = Object.keys(FAMILIES);
for (const [suppliers, skus, count] of [
  [5, 8, 24],
  [4, 12, 12],
  [5, 20, 6],
]) {
  test(`${count} baskets of ${suppliers} suppliers and ${skus} SKUs`, { timeout: 120_000 }, () => {
    for (let seed = 1; seed <= count; seed += 1) {
      const instance = madeUp(1000 * skus + seed, suppliers, skus, families[seed % families.length]);
      assert.equal(answer(instance), leastCost(instance), instance.id);
    }
  });
}

const known = new URL('../../tests/fixtures/sourcing/', import.meta.url);
const skip = existsSync(known) ? false : 'the fixtures are in the repository, not in the package';

test('what is known of a stored basket is what HiGHS finds', { skip }, () => {
  for (const name of ['5x20-loose-1050', '5x20-mixed-1051']) {
    const instance = JSON.parse(readFileSync(new URL(`${name}.json`, known), 'utf8'));
    const { objective, solution } = instance.optimal;
    assert.equal(cost(instance, solution), objective);
    assert.equal(leastCost(instance), objective);
  }
});
