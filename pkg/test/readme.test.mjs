/** The TypeScript of the READMEs compiles under the package's own settings, and runs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const pkg = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = join(root, 'README.md');
const skip = existsSync(readme) ? false : 'the README is in the repository, not in the package';

/** The blocks of one language in a Markdown text. */
const blocks = (text, language) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]);

/** Compiles a program inside the package, so that it imports the package by its name, and runs it. */
function compileAndRun(source, cwd) {
  const folder = mkdtempSync(join(pkg, 'readme-'));
  try {
    writeFileSync(join(folder, 'program.mts'), source);
    const settings = { extends: '../tsconfig.json', compilerOptions: { rootDir: '.', outDir: '.' } };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ ...settings, files: ['program.mts'], include: [] }),
    );
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
    const tsc = join(pkg, 'node_modules/typescript/bin/tsc');
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], options);
    } catch (error) {
      assert.fail(error.stdout);
    }
    return execFileSync(process.execPath, [join(folder, 'program.mjs')], { ...options, cwd });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the programs of the README print purchase orders, a replay, a basket, sale orders, forecasts and levels', { skip }, () => {
  const programs = blocks(readFileSync(readme, 'utf8'), 'ts');
  const [plan, replay, basket, orders, life, series, slider, ...others] = programs;
  assert.equal(others.length, 0);
  assert.equal(compileAndRun(plan, root), 'supplier-2 6.96 USD\n');
  assert.match(compileAndRun(replay, root), /^cost \d+\.\d\d: \d+ lost, \d+ unit-weeks held\n$/);
  assert.match(compileAndRun(basket, root), /^proved \d+\.\d\d EUR\n(.*\n){5,}/);
  const sold = compileAndRun(orders, root).trimEnd().split('\n');
  assert.deepEqual(sold.slice(-3), ['true', '5', 'at least one line of a positive quantity']);
  assert.match(sold[0], /^M-20417:1:~\S* \d+\.\d\d EUR$/);
  assert.deepEqual(compileAndRun(life, root).split('\n'), [
    'initial sending 1001%3Afarm/create/1',
    'initial unknown ',
    'initial sending 1001%3Afarm/create/1',
    'sent sent ',
    '',
  ]);
  assert.match(compileAndRun(slider, root), /^0\.8 \d+ each \d+ each\n(.*\n){3}$/);
  const printed = compileAndRun(series, root);
  assert.match(printed, /^covers nine days in 95 of 100 cases: 2\d\d/m);
  assert.match(printed, /\[\s+19\.\d+,\s+25/, 'the week goes on after the two days');
});

test("the program of the package's README prints its purchase orders", { skip }, () => {
  const [program] = blocks(readFileSync(join(pkg, 'README.md'), 'utf8'), 'js');
  const typed = program
    .replace('async (name)', 'async (name: string)')
    .replace("planOptions('2026-11-21')", "planOptions('2017-12-31')");
  assert.equal(compileAndRun(typed, join(root, 'examples/ten-rows')), 'supplier-2 6.96 USD\n');
});
