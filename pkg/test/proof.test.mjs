import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithBooks } from '../dist/simulate/proof.js';

const order = (id, state, materials = ['a']) => ({ id, state, materials });
const book = (reference, ...lives) => ({
  reference,
  documents: lives.map((live, id) => ({ id, reference, live, materials: ['a'] })),
});

test('a sound run holds', () => {
  const believed = [
    order('1', 'sent'),
    order('2', 'nullified'),
    order('3', 'review'),
    order('4', 'review'),
    order('5', 'failed'),
  ];
  const proof = compareWithBooks(believed, [
    book('1', true),
    book('2', false),
    book('3', true),
    book('5'),
  ]);
  assert.equal(proof.holds, true);
  assert.deepEqual(proof.inReview, { alive: 1, absent: 1 });
  assert.equal(proof.liveDocuments, 2);
});

test('each way to go wrong is found, and found alone', () => {
  const cases = {
    lost: [[order('1', 'sent')], [book('1', false)]],
    doubled: [[order('1', 'review')], [book('1', true, true)]],
    leftAlive: [[order('1', 'failed')], [book('1', true)]],
    garbled: [[order('1', 'sent', ['a', 'b'])], [book('1', true)]],
    orphaned: [[], [book('1', true)]],
    unsettled: [[order('1', 'unknown')], []],
  };
  for (const [name, [believed, books]] of Object.entries(cases)) {
    const proof = compareWithBooks(believed, books);
    assert.equal(proof.holds, false, name);
    for (const other of Object.keys(cases)) {
      assert.deepEqual(proof[other], other === name ? ['1'] : [], `${name}: ${other}`);
    }
  }
});
