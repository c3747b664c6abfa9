import assert from 'node:assert/strict';
import { test } from 'node:test';
import { erpPayload, readOutcome } from '../dist/connect/erp.js';

const lines = [
  { id: '1', sku: 'a', quantity: '2 each' },
  { id: '2', sku: 'b', quantity: '1.5 kg' },
  { id: '3', sku: 'a', quantity: '1 each' },
];
const read = (status, body) =>
  readOutcome({ kind: 'answer', status, body: JSON.stringify(body) }, lines);
const envelope = (content, isSuccessStatusCode = true) => ({
  code: 200,
  isSuccessStatusCode,
  content,
});

test('an order says the same bytes each time and refuses what a number cannot hold', () => {
  const payload = erpPayload('so-1', lines, '2026-03-02');
  assert.equal(payload, erpPayload('so-1', lines, '2026-03-02'));
  const { DetalleProductos } = JSON.parse(payload);
  assert.deepEqual(DetalleProductos[1], {
    CodigoOcChilecompra: 'so-1',
    CodigoMaterial: 'b',
    CantidadSolicitada: 1.5,
    FechaEntrega: '2026-03-02T00:00:00',
  });
  const exact = [{ id: '1', sku: 'a', quantity: '0.1234567890123456789 kg' }];
  assert.throws(() => erpPayload('so-1', exact, '2026-03-02'), RangeError);
});

test('both recorded names of a document are read, line by line', () => {
  const { body } = read(
    200,
    envelope([
      { zcen: 'a', pedidoVentaSapId: 30 },
      { zcen: 'b', pedidoVentaSapId: 31 },
      { zcen: 'a', pedidoVentaId: 30 },
    ]),
  );
  assert.deepEqual(body.documents, [
    { line: '1', document: '30' },
    { line: '2', document: '31' },
    { line: '3', document: '30' },
  ]);
  assert.deepEqual([body.success, body.found], [true, true]);
});

test('two documents of one order are told apart', () => {
  const one = (id) =>
    [
      ['a', id],
      ['b', id],
      ['a', id],
    ].map(([zcen, pedidoVentaId]) => ({ zcen, pedidoVentaId }));
  const { documents } = read(200, envelope([...one(7), ...one(8)])).body;
  assert.deepEqual(
    documents.map(({ line, document }) => `${line}:${document}`),
    ['1:7', '2:7', '3:7', '1:8', '2:8', '3:8'],
  );
});

test('missing, zero and textual numbers name no document', () => {
  const entries = [
    {},
    null,
    7,
    { zcen: 'a', pedidoVentaId: 0 },
    { zcen: 'a', pedidoVentaId: '3' },
  ];
  assert.deepEqual(read(200, envelope(entries)).body.documents, []);
});

test('a document of goods that were not ordered is not forgotten', () => {
  const entries = [
    { zcen: 'a', pedidoVentaId: 3 },
    { zcen: 'x', pedidoVentaId: 4 },
    { pedidoVentaId: 5 },
    { zcen: ` y\n${'z'.repeat(200)}`, pedidoVentaId: 6 },
  ];
  assert.deepEqual(read(200, envelope(entries)).body.documents, [
    { line: '1', document: '3' },
    { line: 'not ordered: x', document: '4' },
    { line: 'not ordered: ?', document: '5' },
    { line: `not ordered: y?${'z'.repeat(98)}`, document: '6' },
  ]);
});

test('a material whose code came as a number, as recorded, is the ordered one', () => {
  const ordered = [{ id: '1', sku: '100000366', quantity: '1 each' }];
  const body = JSON.stringify(envelope([{ zcen: 100000366, pedidoVentaSapId: 9 }]));
  assert.deepEqual(readOutcome({ kind: 'answer', status: 200, body }, ordered).body.documents, [
    { line: '1', document: '9' },
  ]);
});

test('a refused cancel as recorded keeps status, flag and words', () => {
  const words = 'Ha ocurrido un error al anular el pedido';
  const { status, body } = read(404, { code: 400, isSuccessStatusCode: false, content: words });
  assert.deepEqual(
    [status, body.success, body.message, body.found],
    [404, false, words, undefined],
  );
});

test('a problem document has no flag, and what is no object has no body', () => {
  const problem = { title: 'One or more validation errors occurred.', status: 400, errors: {} };
  assert.deepEqual(
    [read(400, problem).body.success, read(400, problem).body.message],
    [undefined, problem.title],
  );
  for (const body of ['', '[]', 'null', '"x"', '<html>']) {
    assert.equal(readOutcome({ kind: 'answer', status: 200, body }, lines).body, undefined);
  }
});

test('a look-up that finds nothing says so; one without a list says nothing', () => {
  assert.equal(read(200, envelope([])).body.found, false);
  assert.equal('found' in read(200, envelope(true)).body, false);
});
