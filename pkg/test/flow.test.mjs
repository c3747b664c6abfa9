/** Life cycles around the orders: tokens, circuits, polls, comparisons and whole runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from 'replenish';

const engine = await loadEngine();
const types = (commands) => commands.map(({ type }) => type);
const answer = (status, more = {}) => ({ type: 'answer', status, ...more });

test('an envelope for another object and a clock that goes back are refused by name', () => {
  const policy = {};
  const flow = engine.openSaleOrder('SO-1', ['1']);
  const envelope = {
    version: 1,
    object: 'sale_order',
    id: 'SO-1',
    by: { type: 'host' },
    input: { type: 'submit', payload: '{}' },
  };
  const told = engine.tellSaleOrder(flow, envelope, 1_000, policy);
  assert.deepEqual(engine.replaySaleOrder(flow, [told.record], [{ revision: 0 }]), told.flow);
  const refused = (envelope, now, expected) => {
    assert.throws(
      () => engine.tellSaleOrder(told.flow, envelope, now, policy),
      (error) => {
        const { name, code, path, got } = error;
        assert.deepEqual({ name, code, path, got }, { name: 'EngineError', ...expected });
        assert.ok(error.expected.length > 0, error.message);
        return true;
      },
    );
  };
  const woke = { ...envelope, input: { type: 'woke' } };
  refused({ ...woke, id: 'SO-2' }, 1_000, { code: 'object_other', path: 'input.id', got: 'SO-2' });
  refused(woke, 999, { code: 'clock_went_back', path: 'now', got: '999' });
  refused(envelope, 1_000, { code: 'invalid_transition', path: 'input.type', got: 'submit' });
});

test('requests share one token, which is fetched once', () => {
  const request = { owner: 'sale_order', owner_id: 'SO-1', request_id: 1 };
  const policy = {};
  let step = engine.advanceToken(engine.openToken('erp'), { type: 'need', waiter: request }, 0, policy);
  assert.ok(types(step.commands).includes('fetch'), JSON.stringify(step.commands));
  const other = { ...request, request_id: 2 };
  step = engine.advanceToken(step.life, { type: 'need', waiter: other }, 1, policy);
  assert.ok(!types(step.commands).includes('fetch'), JSON.stringify(step.commands));
  const fetched = engine.tokenFetched(1, answer(200), { expires_in_ms: 3_600_000 });
  step = engine.advanceToken(step.life, fetched, 20, policy);
  assert.equal(engine.viewToken(step.life).state, 'valid');
  assert.ok(JSON.stringify(step.commands).includes('"request_id":2'), 'both are told');
});

test('a circuit opens after failures and lets one request try', () => {
  const policy = { failure_threshold: 2, jitter_percent: 0 };
  const request = (request_id) => ({ owner: 'sale_order', owner_id: 'SO-1', request_id });
  const health = engine.healthOf({ type: 'no_answer' });
  assert.deepEqual(health, { type: 'failed' });
  let life = engine.openCircuit('erp');
  for (const id of [1, 2]) {
    const ended = { type: 'ended', request: request(id), health };
    ({ life } = engine.advanceCircuit(life, ended, 0, policy));
  }
  assert.equal(engine.viewCircuit(life), 'open');
  ({ life } = engine.advanceCircuit(life, { type: 'ask', request: request(3) }, 30_000, policy));
  assert.equal(engine.viewCircuit(life), 'half_open');
  const read = [3, 4].map((id) => engine.circuitForRequest(life, request(id)));
  assert.deepEqual(read, ['closed', 'open']);
});

test('a poll probes until it sees what it waits for', () => {
  const policy = { max_probes: 4 };
  let step = engine.advancePoll(engine.openPoll('P-1', policy), { type: 'start' }, 0, policy);
  const probe = step.commands.find(({ type }) => type === 'probe');
  assert.equal(probe.probe, 1);
  step = engine.advancePoll(step.life, engine.pollProbed(1, answer(404), null), 10, policy);
  const wake = step.commands.find(({ type }) => type === 'timer');
  step = engine.advancePoll(step.life, { type: 'timer_due' }, wake.at, policy);
  const sighting = { type: 'match', evidence: 'B-1' };
  step = engine.advancePoll(step.life, engine.pollProbed(2, answer(200), sighting), wake.at + 9, policy);
  assert.equal(engine.viewPoll(step.life).state, 'found');
});

test('a comparison names the first fact in which systems differ', () => {
  const facts = (quantity) => ({
    ids: [{ kind: 'order', id: 'O-1' }],
    lines: [{ sku: 'A', quantity, unit_price: '2.00 EUR' }],
  });
  const rules = { source: 'order', systems: [] };
  const systems = (quantity) => [
    { system: 'order', orders: [facts('2 each')] },
    { system: 'erp', orders: [facts(quantity)] },
  ];
  assert.equal(engine.checkConsistency(systems('2 each'), rules).consistent, true);
  const matrix = engine.checkConsistency(systems('3 each'), rules);
  assert.equal(matrix.consistent, false);
  assert.equal(matrix.first_difference.system, 'erp');
});

/** What an adapter does: every scalar by its pointer. */
function flattened(value, pointer = '') {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object') return { [pointer]: String(value) };
  const parts = Object.entries(value).map(([name, part]) => flattened(part, `${pointer}/${name}`));
  return Object.assign({}, ...parts);
}

/** Six systems that work. */
function systems() {
  let [cart, order, patch, probes] = [undefined, undefined, {}, 0];
  const of = (system, method, path, body) => {
    if (system === 'cart') return (cart = { ...body, id: 'C-1', total: '44.80', created_at: 1_000 });
    if (system === 'checkout') return (order = { ...cart, order_id: 'O-1', placed_at: 2_000 });
    if (system === 'order') return { order_id: 'O-1', ...body, awaiting_fulfillment_at: 3_000 };
    if (system === 'erp') return { ...body, id: 'E-1', status: 'confirmed', confirmed_at: 5_000 };
    if (system === 'storefront') {
      return { ...order, ...patch, status: 'confirmed', shown_at: 7_000 };
    }
    if (method === 'PATCH') patch = body;
    return { ...order, id: 'B-1', status: 'received', received_at: 4_000, patched_at: 6_000, ...patch };
  };
  return ({ system, method, path, body, purpose }) => {
    // The B2B service has the order from the second probe on.
    if (system === 'b2b' && (probes += 1) === 1) return answer(404, { facts: {} });
    assert.notEqual(purpose.type, 'look_up');
    const said = of(system, method.toUpperCase(), path, body && JSON.parse(body));
    return answer(200, { facts: flattened(said) });
  };
}

test('a run of seven steps over six systems passes', () => {
  const plan = engine.sevenSteps({});
  assert.equal(engine.dryRun('R-1', plan).length, 7);
  const call = systems();
  let run = engine.openRun('R-1', plan);
  let [now, inputs, finished] = [0, [{ type: 'start' }], undefined];
  const records = [];
  for (let turn = 0; turn < 100 && inputs.length > 0; turn += 1) {
    const step = engine.advanceRun(run, inputs.shift(), now);
    run = JSON.parse(JSON.stringify(step.run));
    let wake;
    for (const command of step.commands) {
      if (command.type === 'send') {
        const { request_id, attempt } = command;
        inputs.push({ type: 'reply', request_id, attempt, reply: call(command) });
      }
      if (command.type === 'wake') wake = command.at;
      if (command.type === 'record') records.push(command.record);
      if (command.type === 'finished') finished = command;
    }
    if (inputs.length === 0 && wake !== undefined) {
      now = wake;
      inputs.push({ type: 'woke' });
    }
  }
  const summary = engine.summarizeRun(records);
  assert.equal(finished?.outcome, 'passed', JSON.stringify(summary));
  assert.equal(engine.runExitCode(finished.outcome), finished.exit_code);
  assert.equal(finished.exit_code, 0);
  assert.equal(engine.runExitCode('in_doubt'), 5);
  assert.deepEqual(
    summary.steps.map(({ state }) => state),
    Array(7).fill('passed'),
  );
});
