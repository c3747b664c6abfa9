import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Store } from 'replenish/host';
import { draw } from '../dist/simulate/random.js';
import { prove, startSystems, urlsOf } from './fixture/world.mjs';

const ORDERS = 150;
const KILLS = 10;
const child = fileURLToPath(new URL('./fixture/host-process.mjs', import.meta.url));

/** Runs the host until it is done, or kills it `killAfterMs` after it has begun to work. */
function runHost(args, killAfterMs, acknowledged) {
  return new Promise((resolve, reject) => {
    const host = spawn(process.execPath, [child, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    host.stdout.setEncoding('utf8').on('data', (chunk) => {
      if (text === '' && killAfterMs !== undefined)
        setTimeout(() => host.kill('SIGKILL'), killAfterMs);
      text += chunk;
    });
    host.on('error', reject);
    host.on('close', (code, signal) => {
      // The last line may be cut off by the kill; every whole line is an order that was stored.
      for (const line of text.split('\n').slice(1, -1)) acknowledged.add(line);
      resolve({ code, signal });
    });
  });
}

test('a host killed at random moments loses nothing and doubles nothing', {
  timeout: 120_000,
}, async (context) => {
  const systems = await startSystems(context, { seed: 11, rate: 0.15 });
  const path = join(mkdtempSync(join(tmpdir(), 'replenish-')), 'orders.db');
  const args = [path, JSON.stringify(urlsOf(systems)), String(ORDERS)];
  const acknowledged = new Set();
  let kills = 0;
  for (let round = 0; round < KILLS; round++) {
    const { signal } = await runHost(args, 20 + draw(5, round) * 350, acknowledged);
    if (signal === 'SIGKILL') kills++;
  }
  assert.ok(kills >= KILLS / 2, `only ${kills} kills hit a working host`);
  assert.deepEqual(await runHost(args, undefined, acknowledged), { code: 0, signal: null });

  const store = Store.open(path);
  context.after(() => store.close());
  assert.equal(acknowledged.size, ORDERS);
  const stored = new Set(store.saleOrders().map(({ id }) => id));
  assert.deepEqual(
    [...acknowledged].filter((id) => !stored.has(id)),
    [],
  );
  const proof = prove(store, systems);
  assert.ok(proof.holds, JSON.stringify(proof));
  assert.equal(proof.saleOrders, ORDERS);
  const recovered = store
    .saleOrders()
    .filter(({ id }) => store.events(id).some(({ name }) => name === 'recover'));
  context.diagnostic(
    `${kills} kills, ${recovered.length} calls cut off by them, ${JSON.stringify(proof.inReview)} in review`,
  );
});
