/** Purchase orders from the draft to the posted invoice, as objects, as text and many at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advancePurchaseOrders, advanceStoredPurchaseOrder, loadEngine } from 'replenish';

const engine = await loadEngine();
const policy = { connection: { jitter_percent: 0 } };
const payload = '{"order":"PO-1"}';

/** Ten apples at 2 EUR and five pears at 1 EUR. */
const line = (id, quantity, unit_price, amount) => ({
  id,
  sku: id,
  offer: 'o',
  packs: 1,
  pack_size: quantity,
  quantity,
  unit_price,
  amount,
  charges: '0 EUR',
  need_by: '2026-12-02',
  arrival: '2026-12-01',
});
const draft = {
  id: 'PO-1',
  revision: 1,
  supplier: 'farm',
  currency: 'EUR',
  order_date: '2026-11-23',
  requested_delivery: '2026-12-01',
  lines: [line('apple', '10 each', '2 EUR', '20 EUR'), line('pear', '5 each', '1 EUR', '5 EUR')],
  goods: '25 EUR',
  freight: '3 EUR',
  charges: '0 EUR',
  net: '28 EUR',
  taxes: [],
  tax: '0 EUR',
  total: '28 EUR',
  expected_arrival: '2026-12-01',
};
const approval = {
  type: 'request_approval',
  case: {
    draft,
    rules: { version: '1', rules: [], otherwise: 'approve' },
    context: { today: '2026-11-23', requesters: ['anna'] },
  },
};
const answered = (request_id, status, body) => ({
  type: 'outcome',
  request_id,
  attempt: 1,
  outcome: { type: 'answer', status, body },
});
const says = (sequence, fact) => ({
  type: 'supplier_says',
  fact: { event_id: `event ${sequence}`, sequence, document: 'D-1', ...fact },
});
const documents = ['apple', 'pear'].map((line) => ({ line, document: 'D-1' }));

/** Priced, approved, sent, confirmed, delivered, invoiced. */
const told = [
  approval,
  answered(1, 200, { quote: { net: '28 EUR', unavailable: [] } }),
  approval,
  { type: 'woke' },
  answered(2, 201, { documents }),
  says(1, { status: 'confirmed' }),
  says(2, {
    lines: [
      { line: 'apple', received: '10 each' },
      { line: 'pear', received: '5 each' },
    ],
  }),
  says(3, {
    charges: '3 EUR',
    lines: [
      { line: 'apple', invoiced: '10 each', invoiced_amount: '20 EUR' },
      { line: 'pear', invoiced: '5 each', invoiced_amount: '5 EUR' },
    ],
  }),
].map((input, place) => ({ now: place * 1_000, input }));

test('an order goes from the draft to the posted invoice, the same in every lane', () => {
  let flow = engine.openPurchaseOrder(draft, payload);
  let life = JSON.stringify(flow);
  const opened = life;
  const states = [];
  const commands = [];
  for (const { now, input } of told) {
    const objects = engine.advancePurchaseOrder(flow, input, now, policy);
    const text = advanceStoredPurchaseOrder(engine, life, input, now, policy);
    assert.deepEqual(JSON.parse(text.life), objects.flow);
    assert.deepEqual(text.commands, objects.commands);
    assert.deepEqual(text.view, engine.viewPurchaseOrder(objects.flow));
    states.push(text.view.state);
    commands.push({ commands: text.commands });
    [flow, life] = [objects.flow, text.life];
  }
  assert.deepEqual(states, [
    'draft',
    'draft',
    'approved',
    'submitting',
    'submitted',
    'confirmed',
    'fulfilled',
    'invoiced',
  ]);
  const all = commands.flatMap(({ commands }) => commands);
  const sent = all.filter(({ type }) => type === 'send').map((send) => send.idempotency_key);
  assert.deepEqual(sent.at(-1), 'PO-1/create/1');
  assert.equal(all.filter(({ type }) => type === 'post_invoice').length, 1);
  const [together] = advancePurchaseOrders(engine, [{ life: opened, told }], policy);
  assert.deepEqual(together, { life, answers: commands });
  const rolled = engine.rollUpPurchaseOrders([flow, engine.openPurchaseOrder(draft, payload)]);
  assert.equal(rolled.lifecycle, 'draft');
  assert.equal(rolled.fulfilment, 'partial');
});

test('what a purchase order does not take is refused with its place', () => {
  const flow = engine.openPurchaseOrder(draft, payload);
  assert.throws(() => engine.advancePurchaseOrder(flow, { type: 'close_short' }, 0, policy), {
    name: 'EngineError',
    code: 'invalid_transition',
    path: 'input.type',
    got: 'close_short',
  });
  const stranger = says(1, { reference: 'PO-2', status: 'confirmed' });
  assert.throws(
    () => engine.advancePurchaseOrder(flow, stranger, 0, policy),
    (error) => {
      assert.equal(error.name, 'EngineError');
      assert.match(error.path, /^input\./);
      assert.match(error.expected, /PO-1/);
      assert.equal(error.got, 'PO-2');
      return true;
    },
  );
  assert.throws(() => engine.openPurchaseOrder({ ...draft, lines: [] }, payload), {
    name: 'EngineError',
    path: 'draft.lines',
  });
});
