import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErpSimulator } from '../dist/simulate/erp.js';
import { faultFor } from '../dist/simulate/faults.js';

const order = (reference, materials = ['a', 'b']) =>
  JSON.stringify({
    RutSolicitante: '1-9',
    DetalleProductos: materials.map((sku) => ({
      CodigoOcChilecompra: reference,
      CodigoMaterial: sku,
      CantidadSolicitada: 1,
    })),
  });

async function simulator(context, options = {}) {
  const erp = await ErpSimulator.start({
    flavour: 'none',
    faults: { seed: 1, rate: 0 },
    answerLateMs: 60,
    commitLateMs: 40,
    ...options,
  });
  context.after(() => erp.stop());
  const post = (body, key, signal) =>
    fetch(`${erp.url}/pedido`, {
      method: 'POST',
      body,
      signal,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  return { erp, post };
}

/** A seed with which the first creation of the order `o` meets this fault. */
function seedFor(fault) {
  for (let seed = 0; seed < 10_000; seed++) {
    if (faultFor({ seed, rate: 1 }, 'create', 'o', 1) === fault) return seed;
  }
  throw new Error(`no seed for ${fault}`);
}

test('an order is entered, cancelled and unknown ones are refused as recorded', async (context) => {
  const { erp, post } = await simulator(context);
  const answer = await post(order('o'));
  const { code, isSuccessStatusCode, content } = await answer.json();
  assert.deepEqual([answer.status, code, isSuccessStatusCode, content.length], [200, 200, true, 2]);
  const id = content[0].pedidoVentaSapId;
  assert.equal(content[1].pedidoVentaSapId, id);
  const cancel = (number) =>
    fetch(`${erp.url}/pedido/CancelarPedido/${number}`, { method: 'PATCH' });
  const cancelled = await cancel(id);
  assert.deepEqual(await cancelled.json(), { code: 200, isSuccessStatusCode: true, content: true });
  assert.equal((await cancel(id)).status, 200);
  const refused = await cancel(36);
  assert.equal(refused.status, 404);
  assert.deepEqual(await refused.json(), {
    code: 400,
    isSuccessStatusCode: false,
    content: 'Ha ocurrido un error al anular el pedido',
  });
  assert.deepEqual(erp.books()[0].documents, [
    { id, reference: 'o', materials: ['a', 'b'], live: false },
  ]);
});

test('what is no order gets a problem document without the envelope', async (context) => {
  const { erp, post } = await simulator(context);
  for (const body of ['', 'null', '{"DetalleProductos":[]}', '{"DetalleProductos":[{}]}', '[']) {
    const answer = await post(body);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal('isSuccessStatusCode' in (await answer.json()), false);
  }
  assert.deepEqual(erp.books(), []);
});

test('only the flavour that deduplicates recognises a key', async (context) => {
  for (const [flavour, documents] of [
    ['deduplicates', 1],
    ['lookup', 2],
    ['none', 2],
  ]) {
    const { erp, post } = await simulator(context, { flavour });
    const [first, second] = [await post(order('o'), 'k'), await post(order('o'), 'k')];
    assert.equal(erp.books()[0].documents.length, documents, flavour);
    if (flavour !== 'deduplicates') continue;
    assert.deepEqual(await first.json(), await second.json());
    assert.equal((await post(order('o', ['c']), 'k')).status, 422);
  }
});

test('only the flavour with a look-up answers by reference', async (context) => {
  for (const flavour of ['deduplicates', 'lookup', 'none']) {
    const { erp, post } = await simulator(context, { flavour });
    await post(order('o'));
    const answer = await fetch(`${erp.url}/pedido?reference=o`);
    assert.equal(answer.status, flavour === 'lookup' ? 200 : 404);
    const { content } = await answer.json();
    assert.equal(content.length, flavour === 'lookup' ? 2 : 0);
  }
});

test('every fault does what its name says', async (context) => {
  const seen = {};
  const faults = [
    ['drop_before_commit', 0],
    ['drop_after_commit', 1],
    ['cut_after_commit', 1],
    ['answer_late', 1],
    ['commit_late', 1],
    ['unavailable_before_commit', 0],
    ['unavailable_after_commit', 1],
    ['throttled', 0],
    ['success_without_id', 1],
    ['business_false', 0],
  ];
  for (const [fault, documents] of faults) {
    const options = { faults: { seed: seedFor(fault), rate: 1 } };
    const { erp, post } = await simulator(context, options);
    seen[fault] = await post(order('o'), undefined, AbortSignal.timeout(1000)).then(
      async (answer) => [answer.status, await answer.text().catch(() => 'cut')],
      () => ['no answer'],
    );
    assert.equal(erp.books()[0].documents.length, documents, fault);
    assert.deepEqual(erp.books()[0].faults, [fault]);
  }
  assert.deepEqual(seen.drop_after_commit, ['no answer']);
  assert.deepEqual(seen.drop_before_commit, ['no answer']);
  assert.deepEqual(seen.cut_after_commit, [200, 'cut']);
  assert.equal(seen.unavailable_after_commit[0], 503);
  assert.equal(seen.throttled[0], 429);
  assert.deepEqual(JSON.parse(seen.success_without_id[1]).content, []);
  assert.equal(JSON.parse(seen.business_false[1]).isSuccessStatusCode, false);
});

test('a late commit happens although the caller has hung up', async (context) => {
  const options = { faults: { seed: seedFor('commit_late'), rate: 1 }, commitLateMs: 1000 };
  const { erp, post } = await simulator(context, options);
  const until = async (isSo) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  // A slow machine may need longer than a timeout to be heard at all: hang up once it has been.
  const caller = new AbortController();
  const answer = assert.rejects(post(order('o'), undefined, caller.signal));
  await until(() => erp.books().length === 1);
  caller.abort();
  await answer;
  assert.equal(erp.books()[0].documents.length, 0);
  await until(() => erp.books()[0].documents.length === 1);
});

test('faults depend on seed, order and count alone, and come as often as asked', () => {
  const plan = { seed: 7, rate: 0.2 };
  const faults = Array.from({ length: 10_000 }, (_, n) => faultFor(plan, 'create', `o-${n}`, 1));
  const share = faults.filter((fault) => fault !== undefined).length / faults.length;
  assert.ok(share > 0.18 && share < 0.22, String(share));
  assert.equal(new Set(faults).size, 11);
  assert.deepEqual(
    faults.slice(0, 50),
    Array.from({ length: 50 }, (_, n) => faultFor(plan, 'create', `o-${n}`, 1)),
  );
  assert.equal(faultFor({ seed: 7, rate: 0 }, 'create', 'o', 1), undefined);
});
