import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadEngine } from 'replenish';
import { Runtime, Store, systemClock } from 'replenish/host';
import { acceptances, connector, prove, startSystems, story, urlsOf } from './fixture/world.mjs';

const engine = await loadEngine();

async function world(context, { rate = 0, seed = 1, path = ':memory:', policy, ...options } = {}) {
  const systems = await startSystems(context, { seed, rate });
  const store = Store.open(path);
  context.after(() => store.close());
  const connect = connector(urlsOf(systems), policy);
  const runtime = new Runtime({
    engine,
    store,
    clock: systemClock,
    fetch,
    connect,
    concurrency: 8,
    ...options,
  });
  return { systems, store, runtime, connect };
}

/** The proof, and the story of the first order that breaks it. */
function explain(proof, store, systems) {
  const [id] = [proof.lost, proof.doubled, proof.leftAlive, proof.garbled, proof.unsettled].flat();
  return `${JSON.stringify(proof)}\n${id === undefined ? '' : story(store, systems, id)}`;
}

const states = (store) => store.saleOrders().map(({ state }) => state);
const names = (store, id) => store.events(id).map(({ name }) => name);

test('without faults every order is sent once, with its documents', async (context) => {
  const { systems, store, runtime } = await world(context);
  for (const acceptance of acceptances(9)) runtime.accept(acceptance);
  await runtime.run({ untilIdle: true });
  assert.deepEqual(new Set(states(store)), new Set(['sent']));
  const proof = prove(store, systems);
  assert.ok(proof.holds);
  assert.equal(proof.liveDocuments, 9);
  const view = engine.viewSaleOrder(JSON.parse(store.saleOrder('so-0').life));
  assert.equal(view.documents.length, 2);
  assert.deepEqual(names(store, 'so-0'), ['submit', 'outcome']);
});

test('accepting an order twice changes nothing', async (context) => {
  const { systems, store, runtime } = await world(context);
  const [acceptance] = acceptances(1);
  runtime.accept(acceptance);
  await runtime.run({ untilIdle: true });
  runtime.accept(acceptance);
  await runtime.run({ untilIdle: true });
  assert.equal(prove(store, systems).liveDocuments, 1);
  assert.equal(systems.deduplicates.books()[0].requests.create, 1);
});

test('another order under a name that is taken is refused, not left out', async (context) => {
  const { store, runtime } = await world(context);
  const [first, second] = acceptances(2);
  runtime.accept(first);
  const [saleOrder] = first.saleOrders;
  const changed = { ...saleOrder, document: { ...saleOrder.document, vendor: 'none' } };
  for (const taken of [
    { ...second, saleOrders: [...second.saleOrders, saleOrder] },
    { ...first, saleOrders: [changed] },
    { ...first, customerOrder: { id: 'c-0', document: { other: true } } },
  ]) {
    assert.throws(() => runtime.accept(taken), { name: 'TakenError', code: 'store_taken' });
  }
  assert.deepEqual(
    store.saleOrders().map(({ id }) => id),
    ['so-0'],
  );
});

for (const rate of [0.3, 0.7, 1]) {
  test(`with ${rate * 100} % faults nothing is lost or doubled`, {
    timeout: 60_000,
  }, async (context) => {
    const { systems, store, runtime } = await world(context, { rate, seed: 3 });
    for (const acceptance of acceptances(60)) runtime.accept(acceptance);
    await runtime.run({ untilIdle: true });
    const proof = prove(store, systems);
    assert.ok(proof.holds, explain(proof, store, systems));
    assert.ok(
      Object.values(systems).some((erp) => erp.books().some(({ faults }) => faults.length > 1)),
    );
  });
}

test('an order cancelled before it was sent never leaves, and its submission is refused on record', async (context) => {
  const { systems, store, runtime } = await world(context);
  const [acceptance] = acceptances(1);
  runtime.accept(acceptance);
  runtime.tell('so-0', { type: 'cancel_requested' });
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['nullified']);
  assert.equal(names(store, 'so-0').includes('refused'), true);
  assert.deepEqual(systems.deduplicates.books(), []);
});

test('an order cancelled in flight and one cancelled when sent end nullified at the vendor too', async (context) => {
  const cancelled = new Set();
  const cancel = (id) => {
    if (cancelled.has(id)) return;
    cancelled.add(id);
    setImmediate(() => runtime.tell(id, { type: 'cancel_requested' }));
  };
  const { systems, store, runtime } = await world(context, {
    onChange: (id) => {
      const { state } = store.saleOrder(id);
      if (id === 'so-0' && state === 'sending') cancel(id);
      if (id === 'so-1' && state === 'sent') cancel(id);
    },
  });
  for (const acceptance of acceptances(3)) runtime.accept(acceptance);
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['nullified', 'nullified', 'sent']);
  const proof = prove(store, systems);
  assert.ok(proof.holds && proof.liveDocuments === 1, JSON.stringify(proof));
});

test('a command that the order does not take is refused to its sender', async (context) => {
  const { store, runtime } = await world(context);
  runtime.accept(acceptances(1)[0]);
  assert.throws(() => runtime.tell('so-0', { type: 'operator_absent' }), {
    name: 'EngineError',
    code: 'invalid_transition',
  });
  assert.throws(() => runtime.tell('nobody', { type: 'woke' }), RangeError);
  assert.equal(store.saleOrder('so-0').version, 1);
});

test('two hosts on one database share the work and repeat nothing', async (context) => {
  const path = join(mkdtempSync(join(tmpdir(), 'replenish-')), 'x.db');
  const { systems, store, runtime, connect } = await world(context, { path, rate: 0.2, seed: 5 });
  const second = Store.open(path);
  context.after(() => second.close());
  const other = new Runtime({
    engine,
    store: second,
    clock: systemClock,
    fetch,
    connect,
    concurrency: 8,
  });
  for (const acceptance of acceptances(40)) runtime.accept(acceptance);
  await Promise.all([runtime.run({ untilIdle: true }), other.run({ untilIdle: true })]);
  const proof = prove(store, systems);
  assert.ok(proof.holds, explain(proof, store, systems));
});

test('a stopped run waits for its calls, and the next run goes on', async (context) => {
  const { systems, store, runtime } = await world(context);
  for (const acceptance of acceptances(30)) runtime.accept(acceptance);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 15);
  await runtime.run({ signal: stop.signal });
  assert.ok(!states(store).includes('sending'));
  await runtime.run({ untilIdle: true });
  assert.ok(prove(store, systems).holds);
  assert.deepEqual(new Set(states(store)), new Set(['sent']));
});

test('a server that is not there is reported as not sent, and given up in the end', async (context) => {
  const { store } = await world(context);
  const urls = Object.fromEntries(
    ['deduplicates', 'lookup', 'none'].map((flavour) => [flavour, 'http://127.0.0.1:9']),
  );
  const unreachable = () =>
    Promise.reject(
      Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      }),
    );
  const gone = new Runtime({
    engine,
    store,
    clock: systemClock,
    fetch: unreachable,
    connect: connector(urls, { max_retries: 1 }),
  });
  gone.accept(acceptances(1)[0]);
  await gone.run({ untilIdle: true });
  assert.deepEqual(states(store), ['failed']);
  assert.deepEqual(
    store.notices().map(({ name }) => name),
    ['undeliverable'],
  );
});

test('a connection that asks for tokens gets one, and no order leaves without', async (context) => {
  const { store, systems, connect } = await world(context);
  const tokens = [];
  const run = async (authorize) => {
    const withToken = (row) => {
      const connection = connect(row);
      return {
        ...connection,
        policy: { ...connection.policy, authentication: 'token' },
        authorize,
      };
    };
    const runtime = new Runtime({ engine, store, clock: systemClock, fetch, connect: withToken });
    const [first, second] = acceptances(2);
    runtime.accept(authorize ? first : second);
    await runtime.run({ untilIdle: true });
  };
  await run(async (refused) => tokens.push(refused));
  assert.deepEqual([states(store)[0], tokens.length], ['sent', 1]);
  await run(undefined);
  assert.equal(states(store)[1], 'failed');
  assert.equal(systems.lookup.books().length, 0);
});

test('a call whose process vanished is not made again; what became of it is looked up', async (context) => {
  const { systems, store, connect } = await world(context);
  const [, lookup] = acceptances(2);
  const sent = [];
  // The request arrives, and the process dies before it learns the answer.
  const dying = (url, init) => {
    sent.push(fetch(url, { ...init, signal: undefined }));
    return new Promise(() => {});
  };
  const options = { engine, store, clock: systemClock, connect, leaseMs: 50 };
  const first = new Runtime({ ...options, fetch: dying });
  first.accept(lookup);
  const stop = new AbortController();
  first.run({ signal: stop.signal }).catch(() => {});
  while (sent.length === 0) await systemClock.sleep(5);
  stop.abort();
  await new Runtime({ ...options, fetch }).run({ untilIdle: true });
  await Promise.all(sent);
  assert.deepEqual(states(store), ['sent']);
  // The engine gave the call up at its deadline, so that its lease has nothing left to recover: a
  // later recovery would give up whatever is running by then.
  assert.equal(names(store, 'so-1').includes('recover'), false);
  const [{ requests, documents }] = systems.lookup.books();
  assert.deepEqual([requests.create, requests.lookup, documents.length], [1, 1, 1]);
});

/** A runtime whose vendor is a function, for what no simulated system does. */
function bare(context, connection = {}, options = {}) {
  const store = Store.open(':memory:');
  context.after(() => store.close());
  const accepted = {
    type: 'answer',
    status: 200,
    body: {
      success: true,
      documents: [{ line: '1', document: '7' }],
      already_cancelled: false,
      duplicate_of_our_key: false,
      message: '',
    },
  };
  const defaults = {
    policy: { attempt_deadline_ms: 200, backoff_base_ms: 5, backoff_cap_ms: 10 },
    request: () => ({ method: 'POST', url: 'http://vendor/', headers: {}, body: '{}' }),
    read: ({ kind }) => (kind === 'answer' ? accepted : { type: kind }),
  };
  const connected = { ...defaults, ...connection };
  const runtime = new Runtime({
    engine,
    store,
    clock: systemClock,
    fetch: async () => new Response('{}'),
    connect: () => connected,
    ...options,
  });
  const accept = (id = 'so-0') =>
    runtime.accept({
      customerOrder: { id: `c-${id}`, document: {} },
      saleOrders: [{ id, lines: ['1'], document: { id }, payload: '{}' }],
    });
  return { store, runtime, accept, accepted, connected };
}

test('a rejected order that is told to go again goes', async (context) => {
  const { store, runtime, accept, accepted, connected } = bare(context);
  const rejected = { ...accepted, status: 400, body: { ...accepted.body, documents: [] } };
  connected.read = () => rejected;
  accept();
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['rejected']);
  connected.read = () => accepted;
  runtime.tell('so-0', { type: 'submit', payload: '{"revised":true}' });
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['sent']);
  assert.deepEqual(names(store, 'so-0'), ['submit', 'outcome', 'submit', 'outcome']);
});

test('an order that cannot be written as a request was not sent, and stops no other', async (context) => {
  const { store, runtime, accept } = bare(context, {
    request: ({ reference }) => {
      if (reference === 'so-0') throw new RangeError('no such vendor');
      return { method: 'POST', url: 'http://vendor/', headers: {}, body: '{}' };
    },
  });
  accept('so-0');
  accept('so-1');
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['failed', 'sent']);
  const [, { body }] = store.events('so-0');
  assert.equal(JSON.parse(body).reason, 'RangeError');
});

test('an answer that cannot be read, or that the engine refuses, counts as cut', async (context) => {
  const { accepted } = bare(context);
  const documents = [{ line: '1', document: 'a\u0000b' }];
  for (const read of [
    () => {
      throw new TypeError('no list');
    },
    () => ({ ...accepted, body: { ...accepted.body, documents } }),
  ]) {
    const { store, runtime, accept } = bare(context, { read });
    accept();
    await runtime.run({ untilIdle: true });
    assert.deepEqual(states(store), ['review']);
    assert.deepEqual(
      store.notices().map(({ name }) => name),
      ['accepted_without_document'],
    );
  }
});

test('a policy that is none ends the run and leaves every order its job', async (context) => {
  const { store, runtime, accept, connected } = bare(context, {}, { leaseMs: 20 });
  const { policy } = connected;
  connected.policy = { ...policy, max_retries: -1 };
  accept();
  await assert.rejects(runtime.run({ untilIdle: true }), { name: 'EngineError' });
  connected.policy = policy;
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['sent']);
});

test('a token that never comes holds up nobody, and no word of its failure is kept', async (context) => {
  let asked = 0;
  const { store, runtime, accept, connected } = bare(
    context,
    { authorize: () => (asked++ === 0 ? new Promise(() => {}) : Promise.resolve(1)) },
    { leaseMs: 50, concurrency: 1 },
  );
  connected.policy = { ...connected.policy, authentication: 'token', token_deadline_ms: 5000 };
  accept('so-0');
  accept('so-1');
  await runtime.run({ untilIdle: true });
  assert.deepEqual(states(store), ['sent', 'sent']);

  const secret = bare(context, {
    policy: { ...connected.policy, max_retries: 0 },
    authorize: async () => {
      throw new Error('POST /token?client_secret=hunter2');
    },
  });
  secret.accept();
  await secret.runtime.run({ untilIdle: true });
  assert.deepEqual(states(secret.store), ['failed']);
  const kept = JSON.stringify([secret.store.events('so-0'), secret.store.saleOrders()]);
  assert.ok(kept.includes('token_failed') && !kept.includes('hunter2'), kept);
});
