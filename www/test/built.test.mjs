import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DIST, POLICY } from './serve.mjs';

const MOST = { '.js': 90_000, '.css': 12_000 };

test('what a visitor loads beside the engine stays small', (context) => {
  const files = readdirSync(join(DIST, 'assets'));
  for (const [ending, most] of Object.entries(MOST)) {
    const found = files.filter((name) => name.endsWith(ending));
    assert.notEqual(found.length, 0, `no ${ending} was built`);
    const sizes = found.map((name) => gzipSync(readFileSync(join(DIST, 'assets', name))).length);
    const size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    context.diagnostic(`${ending}: ${size} bytes gzip, at most ${most}`);
    assert.ok(size <= most, `${ending}: ${size} bytes gzip, at most ${most}`);
  }
});

test('the page states its own policy, which is the strict one', () => {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8').replaceAll('&#39;', "'");
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  // A browser heeds `frame-ancestors` in a header only.
  assert.equal(policy, POLICY.replace("; frame-ancestors 'none'", ''));
});
