import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../dist/host/sqlite.js';
import {
  appendEvent,
  ConflictError,
  finishJob,
  insertCustomerOrder,
  insertJob,
  insertSaleOrder,
  SchemaError,
  Store,
  updateLife,
} from '../dist/host/store.js';

const row = (id) => ({
  id,
  customerOrder: 'c1',
  document: '{}',
  life: '{}',
  state: 'initial',
  status: 'initial',
  version: 1,
  updatedAt: 0,
});
const job = (dedup, dueAt = 0) => ({ dedup, saleOrder: 's1', kind: 'wake', body: dedup, dueAt });

function filled(path = ':memory:') {
  const store = Store.open(path);
  store.commit([insertCustomerOrder('c1', '{}', 0), insertSaleOrder(row('s1'))]);
  return store;
}

test('a batch with a conflict writes nothing', () => {
  const store = filled();
  const read = store.saleOrder('s1');
  const next = { life: '{"n":1}', state: 'sending', status: 'initial', updatedAt: 5 };
  store.commit([updateLife(read, next), appendEvent('s1', 5, 'submit', '{}')]);
  const stale = [insertJob(job('lost')), appendEvent('s1', 6, 'x', '{}'), updateLife(read, next)];
  assert.throws(() => store.commit(stale), ConflictError);
  assert.equal(store.nextDue(), undefined);
  const events = store.events('s1').map((event) => ({ ...event }));
  assert.deepEqual(events, [{ seq: 1, at: 5, name: 'submit', body: '{}' }]);
  assert.equal(store.saleOrder('s1').version, 2);
});

test('a statement that fails leaves the batch before it unwritten', () => {
  const store = filled();
  const orphan = insertSaleOrder({ ...row('s2'), customerOrder: 'nobody' });
  assert.throws(() => store.commit([insertJob(job('a')), orphan]), /FOREIGN KEY/);
  assert.equal(store.nextDue(), undefined);
});

test('the same order and the same job twice are stored once', () => {
  const store = filled();
  store.commit([insertCustomerOrder('c1', '{}', 9), insertSaleOrder({ ...row('s1'), state: 'x' })]);
  store.commit([insertJob(job('a', 7)), insertJob(job('a', 3))]);
  assert.equal(store.saleOrder('s1').state, 'initial');
  assert.equal(store.claim(10, 100, 9).length, 1);
  store.commit([insertJob(job('a', 3))]);
  assert.equal(store.claim(10, 100, 9).length, 0);
});

test('jobs are handed out when due, in order, to one holder, and again when the lease is over', () => {
  const store = filled();
  store.commit([insertJob(job('b', 20)), insertJob(job('a', 10)), insertJob(job('later', 999))]);
  assert.deepEqual(store.claim(9, 100, 9), []);
  const [first] = store.claim(50, 100, 1);
  const [second, ...none] = store.claim(50, 101, 9);
  assert.deepEqual([first.body, second.body, none.length], ['a', 'b', 0]);
  assert.deepEqual([first.attempts, second.attempts], [1, 1]);
  assert.deepEqual(store.claim(149, 100, 9), []);
  assert.equal(store.nextDue(), 150);
  const [again] = store.claim(150, 100, 9);
  assert.deepEqual([again.body, again.attempts], ['a', 2]);
  assert.throws(() => store.commit([finishJob(first, 151)]), ConflictError);
  store.commit([finishJob(again, 151)]);
  assert.throws(() => store.commit([finishJob(again, 152)]), ConflictError);
});

test('a job that its writer does at once is handed out only when it counts as lost', () => {
  const store = filled();
  store.commit([insertJob({ ...job('call', 100), held: true })]);
  assert.deepEqual(store.claim(99, 100, 9), []);
  assert.equal(store.claim(100, 100, 9)[0].attempts, 2);
});

test('a file belongs to its owner, survives closing and refuses another schema', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'replenish-')), 'deep', 'x.db');
  filled(path).close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const store = Store.open(path);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
  assert.equal(store.saleOrders().length, 1);
  store.commit([{ sql: 'update schema_version set version = 99', cells: [] }]);
  store.close();
  assert.throws(() => Store.open(path), SchemaError);
});

test('a database of somebody else is refused and left as it was', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'replenish-')), 'theirs.db');
  const theirs = openDatabase(path);
  theirs.exec('create table invoice (id text)');
  theirs.close();
  const before = readFileSync(path);
  assert.throws(() => Store.open(path), /expected our tables of version 1, got the tables invoice/);
  assert.deepEqual(readFileSync(path), before);
});
