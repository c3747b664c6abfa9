/** What must hold of any basket, whatever its least cost is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../dist/node.js';
import { cost, FAMILIES, madeUp, random } from './basket.mjs';

const engine = await loadEngine();
const baskets = Object.keys(FAMILIES).flatMap((family, index) =>
  Array.from({ length: 12 }, (_, seed) => madeUp(100 * index + seed + 1, 5, 12, family)),
);

/** The proved least cost; the choice is allowed and costs just that. */
function least(instance) {
  const { status, objective, lower_bound, solution } = engine.allocateInstance(instance);
  assert.deepEqual([status, lower_bound], ['proved', objective], instance.id);
  assert.equal(cost(instance, solution), objective, instance.id);
  return objective;
}

const known = baskets.map(least);

/** Compares each basket's least cost with that of a changed one. */
function holds(change, compare) {
  baskets.forEach((basket, index) => {
    const draw = random(index + 1);
    const changed = change(structuredClone(basket), draw);
    compare(least(changed), known[index], basket.id);
  });
}

/** Numbers from 0 in another sequence. */
function shuffled(length, draw) {
  const keys = Array.from({ length }, (_, index) => [draw(), index]);
  return keys.sort(([a], [b]) => a - b).map(([, index]) => index);
}

test('the sequence of suppliers, SKUs and offers changes nothing', () => {
  holds((basket, draw) => {
    const [suppliers, skus, offers] = [basket.suppliers, basket.skus, basket.offers].map(
      ({ length }) => shuffled(length, draw),
    );
    return {
      ...basket,
      suppliers: suppliers.map((s) => basket.suppliers[s]),
      skus: skus.map((k) => basket.skus[k]),
      offers: offers.map((o) => {
        const offer = basket.offers[o];
        return { ...offer, s: suppliers.indexOf(offer.s), k: skus.indexOf(offer.k) };
      }),
    };
  }, assert.equal);
});

test('money in another unit is the same money', () => {
  const FACTOR = 1000;
  holds(
    (basket) => {
      for (const supplier of basket.suppliers)
        for (const name of Object.keys(supplier)) if (name !== 'id') supplier[name] *= FACTOR;
      for (const sku of basket.skus) {
        sku.short_penalty *= FACTOR;
        sku.excess_credit *= FACTOR;
      }
      for (const { breaks } of basket.offers) for (const pair of breaks) pair[1] *= FACTOR;
      return basket;
    },
    (found, before, id) => assert.equal(found, before * FACTOR, id),
  );
});

test('a new offer, a lower price or more to choose from never raises the cost', () => {
  const never = (found, before, id) => assert.ok(found <= before, `${id}: ${found} after ${before}`);
  holds((basket, draw) => {
    const offer = basket.offers[Math.floor(draw() * basket.offers.length)];
    const supplier = { ...basket.suppliers[offer.s], id: 'new' };
    const s = basket.suppliers.push(supplier) - 1;
    const breaks = offer.breaks.map(([from, price]) => [from, Math.floor(price * 0.9)]);
    basket.offers.push({ ...offer, s, breaks });
    return basket;
  }, never);
  // All prices together: one price alone may take an order below what makes freight free.
  holds((basket) => {
    for (const supplier of basket.suppliers) {
      for (const name of ['min_order_value', 'freight_fixed', 'po_cost'])
        supplier[name] = Math.floor(supplier[name] * 0.8);
    }
    return basket;
  }, never);
  holds((basket) => {
    for (const sku of basket.skus) sku.max_sources += 1;
    return basket;
  }, never);
});

test('what nobody would choose changes nothing', () => {
  holds((basket) => {
    // Nothing of it can be bought, and nothing of the supplier.
    basket.offers.push({ ...basket.offers[0], avail: 3, moq: 4 });
    basket.suppliers.push({ ...basket.suppliers[0], id: 'idle' });
    return basket;
  }, assert.equal);
  holds((basket) => {
    // Dearer in every respect, and what it adds to an order's value is never needed.
    const s = basket.suppliers.push({
      id: 'dear',
      min_order_value: 0,
      freight_fixed: 0,
      free_freight_from: 0,
      po_cost: 1_000_000_000,
    }) - 1;
    basket.offers.push({ ...basket.offers[0], s });
    return basket;
  }, assert.equal);
});

test('where all is alike, and where orders cost nothing, the least cost is worked out by hand', () => {
  const sku = { demand: 10, max_units: 12, max_sources: 2, short_penalty: 50, excess_credit: 0 };
  const supplier = { min_order_value: 0, freight_fixed: 40, free_freight_from: 300, po_cost: 5 };
  const offer = { pack: 4, moq: 1, avail: 9, type: 'all_units', breaks: [[1, 40]] };
  const alike = (suppliers, skus, terms) => ({
    suppliers: Array.from({ length: suppliers }, (_, s) => ({ id: `S${s}`, ...supplier, ...terms })),
    skus: Array.from({ length: skus }, (_, k) => ({ id: `K${k}`, ...sku })),
    offers: Array.from({ length: suppliers * skus }, (_, at) => ({ s: at % suppliers, k: Math.floor(at / suppliers), ...offer })),
  });
  // Three packs, 120, for each SKU, all from one supplier.
  assert.equal(least(alike(6, 2, {})), 240 + 45);
  assert.equal(least(alike(6, 8, {})), 960 + 5);
  assert.equal(least(alike(6, 8, { po_cost: 0, freight_fixed: 0 })), 960);
  // Nobody takes an order: each SKU is short.
  assert.equal(least(alike(6, 8, { min_order_value: 961 })), 8 * 500);
  assert.equal(least(alike(6, 8, { min_order_value: 960 })), 960 + 5);
  assert.equal(least({ ...alike(6, 8, {}), offers: [] }), 8 * 500);
  assert.equal(least({ suppliers: [], skus: [], offers: [] }), 0);
});
