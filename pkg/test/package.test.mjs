import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';

const root = new URL('../', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, root), 'utf8'));
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Zlib',
]);
/** Permissive too; of tools that are not passed on. */
const DEVELOPMENT = new Set([...PERMISSIVE, 'BlueOak-1.0.0']);

test('publint finds nothing', async () => {
  const { messages } = await publint({ pkgDir: fileURLToPath(root), strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test('the package holds what is needed and nothing else', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const files = JSON.parse(output).flatMap((entry) => entry.files.map(({ path }) => path));
  const allowed =
    /^(package\.json|README\.md|LICENSE-(APACHE|MIT)|bin\/replenish\.js|types\/engine\.d\.ts|schema\/[\w-]+\.schema\.json|engine\/replenish(_bg\.wasm)?(\.d\.ts|\.js)?|dist\/[\w/-]+\.(js|d\.ts)|dist\/sample\/[\w-]+\.(csv|json|md))$/;
  assert.deepEqual(
    files.filter((path) => !allowed.test(path)),
    [],
  );
  for (const path of [
    'bin/replenish.js',
    'dist/index.js',
    'dist/node.js',
    'dist/index.d.ts',
    'dist/host/index.js',
    'dist/sample/demand.csv',
    'engine/replenish.js',
    'engine/replenish_bg.wasm',
    'schema/customer-order.schema.json',
    'types/engine.d.ts',
    'README.md',
  ]) {
    assert.ok(files.includes(path), path);
  }
});

test('every dependency is permissive, pinned, checked by hash and named without its source', () => {
  const { packages } = read('package-lock.json');
  const names = Object.keys(packages).filter((name) => name !== '');
  assert.ok(names.length > 5);
  for (const name of names) {
    const { license, integrity, resolved, link, dev } = packages[name];
    assert.ok((dev ? DEVELOPMENT : PERMISSIVE).has(license), `${name}: ${license}`);
    assert.ok(integrity?.startsWith('sha512-'), name);
    assert.equal(resolved ?? link, undefined, name);
  }
  const { dependencies, devDependencies } = read('package.json');
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
  }
});

test('nothing runs when the package is installed', () => {
  const { scripts, dependencies } = read('package.json');
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    assert.equal(name in scripts, false, name);
  }
  assert.deepEqual(Object.keys(dependencies), ['@photostructure/sqlite', 'yaml']);
});
