import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sendOnce } from '../dist/host/http.js';

async function server(context, handle) {
  const http = createServer(handle);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  context.after(() => (http.closeAllConnections(), http.close()));
  return `http://127.0.0.1:${http.address().port}/`;
}

const send = (url, options = {}) =>
  sendOnce(
    { method: 'POST', url, headers: {}, body: 'x' },
    { fetch, deadlineMs: 500, now: Date.parse('2026-01-01T00:00:00Z'), ...options },
  );

test('an answer keeps its status, its text and how long to wait', async (context) => {
  let header = '2';
  const url = await server(context, (_, response) =>
    response.writeHead(429, { 'retry-after': header }).end('né'),
  );
  assert.deepEqual(await send(url), {
    kind: 'answer',
    status: 429,
    body: 'né',
    retryAfterMs: 2000,
  });
  header = 'Thu, 01 Jan 2026 00:00:05 GMT';
  assert.equal((await send(url)).retryAfterMs, 5000);
  header = 'soon';
  assert.equal('retryAfterMs' in (await send(url)), false);
});

test('what cannot have arrived is told apart from what may have', async (context) => {
  const dropping = await server(context, (request) => request.socket.destroy());
  const silent = await server(context, () => {});
  const { kind, reason } = await send(dropping);
  assert.equal(kind, 'no_answer');
  assert.match(reason, /UND_ERR_SOCKET|ECONNRESET/);
  assert.deepEqual(await send(silent, { deadlineMs: 30 }), {
    kind: 'no_answer',
    reason: 'TimeoutError',
  });
  assert.equal((await send(silent, { signal: AbortSignal.timeout(20) })).kind, 'no_answer');
  const nobody = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => nobody.once('listening', resolve));
  const { port } = nobody.address();
  await new Promise((resolve) => nobody.close(resolve));
  assert.equal((await send(`http://127.0.0.1:${port}/`)).kind, 'not_sent');
  assert.equal((await send('http://no-such-host.invalid/')).kind, 'not_sent');
  assert.equal((await send('http://[')).kind, 'not_sent');
});

test('a network that is lost while the answer is awaited leaves the outcome unknown', async () => {
  const failing = (code, syscall) => async () => {
    const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
    throw new TypeError('fetch failed', { cause });
  };
  for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']) {
    const kind = async (syscall) =>
      (await send('http://vendor/', { fetch: failing(code, syscall) })).kind;
    assert.equal(await kind('connect'), 'not_sent');
    assert.equal(await kind('read'), 'no_answer');
    assert.equal(await kind('write'), 'no_answer');
  }
});

test('a deadline longer than any timer is no deadline of nothing', async (context) => {
  const url = await server(context, (_, response) => setTimeout(() => response.end('late'), 50));
  for (const deadlineMs of [2 ** 31, 2 ** 40]) {
    assert.equal((await send(url, { deadlineMs })).kind, 'answer');
  }
});

test('an answer that breaks off, stalls, never ends or is no text is cut', async (context) => {
  const cut = await server(context, (_, response) => {
    response.writeHead(201, { 'content-length': 10 });
    response.write('half', () => response.socket.destroy());
  });
  const stalled = await server(context, (_, response) => response.writeHead(200).write('half'));
  const bomb = await server(context, (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50 << 20)));
  });
  const binary = await server(context, (_, response) => response.end(Buffer.from([0xff])));
  assert.deepEqual(await send(cut), { kind: 'body_cut', status: 201 });
  assert.deepEqual(await send(stalled, { deadlineMs: 50 }), { kind: 'body_cut', status: 200 });
  assert.deepEqual(await send(bomb, { deadlineMs: 5000 }), { kind: 'body_cut', status: 200 });
  assert.deepEqual(await send(binary), { kind: 'body_cut', status: 200 });
});

test('a redirect is an answer and is not followed', async (context) => {
  let requests = 0;
  const url = await server(context, (_, response) => {
    requests++;
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  assert.equal((await send(url)).status, 307);
  assert.equal(requests, 1);
});
