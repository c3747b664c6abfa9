/** Lives as text: the same as objects, one by one or many at once, with errors that say where. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advanceSaleOrders, advanceStoredSaleOrder, loadEngine } from 'replenish';

const engine = await loadEngine();
const policy = { jitter_percent: 0 };
const submit = { type: 'submit', payload: '{"sku":"A"}' };
const named = (...names) => names.map((document) => ({ line: '1', document }));
const answered = (request_id, status, body) => ({
  type: 'outcome',
  request_id,
  attempt: 1,
  outcome: { type: 'answer', status, body },
});
const opened = (id = 'SO-1') => JSON.stringify(engine.openSaleOrder(id, ['1']));

/** Submitted, throttled often, accepted, cancelled: thirty events. */
function course() {
  const told = [{ now: 0, input: submit }];
  for (let request = 1; request <= 13; request += 1) {
    const now = request * 120_000;
    told.push({ now, input: answered(request, 429) });
    told.push({ now: now + 100_000, input: { type: 'woke' } });
  }
  told.push({ now: 1_700_000, input: answered(14, 201, { documents: named('4711') }) });
  told.push({ now: 1_710_000, input: { type: 'cancel_requested' } });
  told.push({ now: 1_710_000, input: { type: 'woke' } });
  return told;
}

test('a life reads the same as objects, as text and together with others', () => {
  const told = course();
  let flow = engine.openSaleOrder('SO-1', ['1']);
  let life = opened();
  const commands = [];
  for (const { now, input } of told) {
    const objects = engine.advanceSaleOrder(flow, input, now, policy);
    const text = advanceStoredSaleOrder(engine, life, input, now, policy);
    assert.deepEqual(JSON.parse(text.life), objects.flow);
    assert.deepEqual(text.commands, objects.commands);
    assert.deepEqual(text.view, engine.viewSaleOrder(objects.flow));
    commands.push({ commands: text.commands });
    [flow, life] = [objects.flow, text.life];
  }
  assert.equal(engine.viewSaleOrder(flow).state, 'cancelling');
  const work = ['SO-1', 'SO-2'].map((id) => ({ life: opened(id), told }));
  const [first, second] = advanceSaleOrders(engine, work, policy);
  assert.deepEqual(first, { life, answers: commands });
  assert.equal(second.life, life.replaceAll('SO-1', 'SO-2'));
});

test('a life of thirty events is stored in less than 4 kB', () => {
  const told = course();
  assert.equal(told.length, 30);
  const [{ life }] = advanceSaleOrders(engine, [{ life: opened(), told }], policy);
  assert.ok(Buffer.byteLength(life) < 4096, `${Buffer.byteLength(life)} bytes`);
});

test('nothing to tell leaves a life as it is', () => {
  assert.deepEqual(advanceSaleOrders(engine, [], policy), []);
  assert.deepEqual(advanceSaleOrders(engine, [{ life: opened(), told: [] }], policy), [
    { life: opened(), answers: [] },
  ]);
});

test('what the state does not take is refused with what it takes', () => {
  const sending = advanceStoredSaleOrder(engine, opened(), submit, 0, policy);
  const refused = {
    name: 'EngineError',
    code: 'invalid_transition',
    path: 'input.type',
    expected: '`cancel_requested`',
    got: 'submit',
  };
  assert.throws(() => advanceStoredSaleOrder(engine, sending.life, submit, 1, policy), refused);
  assert.throws(
    () => engine.advanceSaleOrder(JSON.parse(sending.life), submit, 1, policy),
    refused,
  );
});

test('in a batch a refused input and an unreadable life spoil nothing else', () => {
  const told = [
    { now: 0, input: submit },
    { now: 1, input: submit },
    { now: 2, input: answered(1, 201, { documents: named('4711') }) },
  ];
  const foreign = opened().replace('"version":1', '"version":2');
  const [good, bad, cut] = advanceSaleOrders(
    engine,
    [
      { life: opened(), told },
      { life: foreign, told },
      { life: opened().slice(0, -1), told },
    ],
    policy,
  );
  assert.equal(good.answers[0].commands[0].type, 'send');
  assert.equal(good.answers[1].refused.code, 'invalid_transition');
  assert.equal(engine.viewSaleOrder(JSON.parse(good.life)).status, 'sent');
  assert.equal(bad.refused.path, 'life.version');
  assert.match(bad.refused.expected, /format 1$/);
  assert.equal(bad.refused.got, '2');
  assert.equal(cut.refused.expected, 'JSON text');
});

test('bad values are named by their field, whatever the lane', () => {
  const flow = JSON.parse(opened());
  const asked = (change) => {
    const given = { flow, input: submit, now: 0, policy, ...change };
    return [
      () => engine.advanceSaleOrder(given.flow, given.input, given.now, given.policy),
      () =>
        advanceStoredSaleOrder(
          engine,
          JSON.stringify(given.flow),
          given.input,
          given.now,
          given.policy,
        ),
    ];
  };
  const cases = [
    [{ now: 0.5 }, 'now'],
    [{ now: NaN }, 'now'],
    [{ now: 2 ** 60 }, 'now'],
    [{ policy: { max_retrys: 3 } }, 'policy'],
    [{ policy: { max_retries: '3' } }, 'policy.max_retries'],
    [{ input: { type: 'submitted' } }, 'input'],
    [{ input: { type: 'submit' } }, 'input'],
    [{ flow: { ...flow, version: 2 } }, 'flow.version'],
    [{ flow: null }, 'flow'],
  ];
  for (const [change, path] of cases) {
    for (const call of asked(change)) {
      assert.throws(call, (error) => {
        assert.equal(error.name, 'EngineError');
        assert.equal(error.code, 'document_invalid', error.message);
        assert.ok(error.path.startsWith(path), `${error.path}: ${error.message}`);
        assert.ok(error.expected.length > 0, error.message);
        return true;
      });
    }
  }
  // What no JSON text stands for.
  for (const flow of [undefined, () => 1, { version: 1n }]) {
    assert.throws(() => engine.advanceSaleOrder(flow, submit, 0, policy), {
      code: 'document_invalid',
      path: 'flow',
    });
  }
});
