/** Many offers compared at once: the same answers as one comparison after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareBatch, loadEngine, OFFER_STANDINGS } from 'replenish';

const prices = (...list) => list.map(([from_packs, pack_price]) => ({ from_packs, pack_price }));
const names = ({ standings }) => [...standings].map((standing) => OFFER_STANDINGS[standing]);
const euros = (cents) => `${(cents / 100).toFixed(2)} EUR`;

test('buys up to a price and to free freight', async () => {
  const engine = await loadEngine();
  const requirements = [
    { sku: 'pear', quantity: 9 },
    { sku: 'apple', quantity: 9 },
  ];
  const offers = [
    { sku: 'apple', supplier: 'farm', prices: prices([1, 100], [10, 80]) },
    { sku: 'fig', supplier: 'farm', prices: prices([1, 1]) },
    { sku: 'pear', supplier: 'port', prices: prices([1, 100]) },
    { sku: 'apple', supplier: 'mill', prices: prices([1, 90]) },
  ];
  const suppliers = [{ supplier: 'port', freight: 500, free_freight_from: 1200 }];
  const answer = compareBatch(engine, requirements, offers, suppliers);
  // Twelve pears for 12.00 without freight rather than nine for 9.00 with 5.00 of it.
  assert.deepEqual([...answer.packs], [12, 10]);
  assert.deepEqual([...answer.landed_costs], [1200, 800]);
  assert.deepEqual([...answer.best], [2, 0]);
  assert.deepEqual([...answer.runners_up], [-1, 3]);
  assert.deepEqual([...answer.differences], [0, 10]);
  assert.deepEqual(names(answer), ['compared', 'not_required', 'compared', 'compared']);
});

test('says of every offer why it was not compared', async () => {
  const engine = await loadEngine();
  const fine = { sku: 'apple', supplier: 'farm', lead_time_days: 2, prices: prices([1, 100]) };
  const offers = [
    fine,
    { ...fine, lead_time_days: 4 },
    { ...fine, available_packs: 8 },
    { ...fine, pack_content: 0 },
    { ...fine, pack_content: 2.5 },
    { ...fine, minimum_packs: -1 },
    { ...fine, lead_time_days: NaN },
    { ...fine, prices: [] },
    { ...fine, prices: prices([1, -1]) },
    { ...fine, prices: prices([1, 1.5]) },
    { ...fine, prices: prices([5, 100], [5, 90]) },
    { ...fine, prices: prices([1, 2 ** 52]) },
    { ...fine, prices: prices([1.5, 100]) },
  ];
  const answer = compareBatch(engine, [{ sku: 'apple', quantity: 9, need_in_days: 3 }], offers);
  assert.deepEqual([[...answer.best], [...answer.runners_up]], [[0], [-1]]);
  assert.deepEqual(names(answer), [
    'compared',
    'too_late',
    'not_enough',
    ...Array(4).fill('numbers_invalid'),
    ...Array(4).fill('prices_invalid'),
    'amount_too_large',
    'prices_invalid',
  ]);
});

test('refuses what nothing can be answered without', async () => {
  const engine = await loadEngine();
  const apple = { sku: 'apple', quantity: 1 };
  const refused = (code, path) => ({ name: 'EngineError', code, path });
  const farm = { supplier: 'farm', freight: 1 };
  assert.throws(() => compareBatch(engine, [apple, apple], []), refused('sku_twice', 'requirements[1].sku'));
  assert.throws(
    () => compareBatch(engine, [apple], [], [farm, farm]),
    refused('supplier_twice', 'suppliers[1].supplier'),
  );
  for (const quantity of [0.5, -1, NaN]) {
    assert.throws(
      () => compareBatch(engine, [apple, { sku: 'pear', quantity }], []),
      refused('number_invalid', 'columns.quantities[1]'),
    );
  }
  assert.throws(
    () => compareBatch(engine, [{ sku: 'apple', quantity: 0 }], []),
    refused('quantity_invalid', 'quantities[0]'),
  );
  assert.throws(
    () => compareBatch(engine, [apple], [], [{ supplier: 'farm', freight: -1 }]),
    refused('amount_invalid', 'columns.freights[0]'),
  );
  assert.deepEqual([...compareBatch(engine, [], []).best], []);
  assert.deepEqual([...compareBatch(engine, [apple], []).best], [-1]);
});

test('answers as one comparison after the other', async () => {
  const engine = await loadEngine();
  let state = 3;
  const below = (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % end;
  };
  const suppliers = Array.from({ length: 4 }, (_, at) => ({
    supplier: `s-${at}`,
    freight: below(3) * 700,
    free_freight_from: 2000 + below(6000),
    minimum_order_value: below(4000),
    goods_so_far: below(2) * below(5000),
  }));
  const requirements = Array.from({ length: 60 }, (_, at) => ({
    sku: `sku-${at}`,
    quantity: 1 + below(40),
    need_in_days: below(6),
  }));
  const offers = requirements.flatMap(({ sku }) =>
    suppliers.map(({ supplier }) => {
      const pack_content = 1 + below(6);
      const cents = 50 + below(400);
      return {
        sku,
        supplier,
        pack_content,
        minimum_packs: 1 + below(4),
        available_packs: below(3) === 0 ? below(20) : undefined,
        lead_time_days: below(8),
        prices: prices([1, cents * pack_content], [4 + below(9), (cents - below(50)) * pack_content]),
      };
    }),
  );
  const answer = compareBatch(engine, requirements, offers, suppliers);
  const terms = suppliers.map((given) => ({
    supplier: given.supplier,
    freight: euros(given.freight),
    free_freight_from: euros(given.free_freight_from),
    minimum_order_value: euros(given.minimum_order_value),
  }));
  const so_far = suppliers
    .filter(({ goods_so_far }) => goods_so_far > 0)
    .map(({ supplier, goods_so_far }) => ({ supplier, goods: euros(goods_so_far) }));
  const options = { today: '2026-11-21', currency: 'EUR' };
  const document = (offer, at) => ({
    id: `o-${String(at).padStart(4, '0')}`,
    supplier: offer.supplier,
    sku: offer.sku,
    price_breaks: offer.prices.map(({ from_packs, pack_price }) => ({
      minimum_quantity: `${from_packs * offer.pack_content} each`,
      unit_price: euros(pack_price / offer.pack_content),
    })),
    pack_size: `${offer.pack_content} each`,
    minimum_order_quantity: `${offer.minimum_packs * offer.pack_content} each`,
    lead_time_days: offer.lead_time_days,
    available:
      offer.available_packs === undefined ? null : `${offer.available_packs * offer.pack_content} each`,
  });
  const documents = offers.map(document);
  let compared = 0;
  requirements.forEach(({ sku, quantity, need_in_days }, index) => {
    const need_by = `2026-11-${21 + need_in_days}`;
    const need = { sku, quantity: `${quantity} each`, need_by };
    const { ranked } = engine.compare(need, documents, terms, so_far, options);
    const place = (at) => ranked[at] ? Number(ranked[at].offer.slice(2)) : -1;
    assert.equal(answer.best[index], place(0), sku);
    assert.equal(answer.runners_up[index], place(1), sku);
    if (ranked.length === 0) return;
    assert.equal(euros(answer.landed_costs[index]), ranked[0].landed_cost, sku);
    assert.equal(answer.packs[index], Number(ranked[0].purchase.packs), sku);
    compared += 1;
  });
  assert.ok(compared > 40, `${compared}`);
});
