/** `replenish backtest`: records in, tables and a report out. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { loadEngine } from 'replenish';
import { backtestPage, change } from '../dist/report/backtest.js';
import { tradeOffChart } from '../dist/report/trade-off.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}; set CHROMIUM to try another`;
const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));
const HOSTILE = `</title><script>document.title='bad'</script><img src=x onerror=alert(1)>"'&`;

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'backtest', ...args], { cwd });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** Demand with a weekly pattern and noise that is the same on every run. */
function history(series, days) {
  let state = series * 7919 + 17;
  return Array.from({ length: days }, (_, day) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    const pattern = [4, 2, 3, 3, 5, 9, 1][day % 7] * (series % 4 === 0 ? 0.2 : 1);
    return Math.round((pattern * 2 * state) / 2147483648);
  });
}

const records = (count, days = 150) =>
  `id,freq,h,season,train,price\n${Array.from({ length: count }, (_, series) => {
    const price = 1 + (series % 5) * 3;
    return `s-${series},D,1,7,${history(series, days).join(' ')},${Array(days + 1).fill(price).join(' ')}\n`;
  }).join('')}`;

const FEW = ['--lead-time', '2:0.8,3:0.2', '--tuning', '28', '--test', '56', '--draws', '40'];

let sets;
const place = mkdtempSync(join(tmpdir(), 'replenish-'));
before(async () => {
  writeFileSync(join(place, 'records.csv.gz'), gzipSync(`${records(12)}short,D,1,7,1 2 3,1 1 1 1\n`));
  const args = ['--series', 'records.csv.gz', ...FEW, '--out', 'report.html', '--json', 'all.json'];
  const { code, out, err } = await run(args, place);
  assert.equal(code, 0, err);
  assert.match(out, /records\.csv\.gz: emergency lines at equal stock value, 90 % interval/);
  assert.match(out, /against textbook normal +[+−]?\d+ % \([+−]?\d+ to [+−]?\d+\)/);
  assert.match(err, /left out: short: `demand`: expected at least \d+ periods/);
  sets = JSON.parse(readFileSync(join(place, 'all.json'), 'utf8'));
});

test('what was measured says how, on what and how sure it is', () => {
  const [{ set, about, left_out, result }] = sets;
  assert.equal(set, 'records.csv.gz');
  assert.equal(about.value, 'the middle of the recorded prices');
  assert.deepEqual(
    left_out.map(({ code, count }) => [code, count]),
    [['record_too_short', 1]],
  );
  assert.deepEqual([result.products, result.options.test, result.options.tuning], [12, 56, 28]);
  const normal = result.comparisons.find(
    ({ ours, baseline }) => ours === 'marginal_value' && baseline === 'normal_base_stock',
  );
  for (const { baseline, ours, ratio, interval } of normal.points) {
    assert.ok(Math.abs(ours.stock_value / baseline.stock_value - 1) < 1e-9);
    assert.ok(interval.lower_95 <= interval.lower_90 && interval.upper_90 <= interval.upper_95);
    assert.ok(ratio >= 0);
  }
});

test('a report can be drawn again from what was written, to the byte', async () => {
  const { code, err } = await run(['--results', 'all.json', '--out', 'again.html'], place);
  assert.equal(code, 0, err);
  const read = (name) => readFileSync(join(place, name), 'utf8');
  assert.equal(read('again.html'), read('report.html'));
});

test('the same records give the same figures', async () => {
  const engine = await loadEngine();
  const bytes = new TextEncoder().encode(records(3));
  const table = engine.readSeries({ name: 'r', bytes }, { horizon: 1 });
  const options = { ...engine.backtestOptions(7, 150), tuning: 28, test: 56, block: 14, replicates: 20 };
  const supply = { lead_time: { type: 'fixed', periods: 1 }, pack: 1, minimum_order: 0 };
  const seen = [];
  const ask = (note) => engine.backtest(table, { ids: table.ids, supply, options }, note);
  const first = ask((done) => seen.push(done));
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(ask(() => undefined), first);
});

test('nobody sees a stack trace for a bad option or file', async () => {
  writeFileSync(join(place, 'bad.json'), '[{"set":"x"}]');
  writeFileSync(join(place, 'few.csv'), records(1, 20));
  const cases = [
    [[], 2, /expected --series FILE or --results FILE/],
    [['--series', 'a', '--results', 'b'], 2, /expected --series FILE or --results FILE/],
    [['--results', 'bad.json'], 2, /bad\.json: expected what `replenish backtest --json` writes/],
    [['--series', 'few.csv', '--lead-time', '2:x'], 2, /expected --lead-time such as 2/],
    [['--series', 'few.csv', '--lead-time', '2:0.5,3:0.4'], 1, /probabilities add up to 1/],
    [['--series', 'few.csv', '--lead-time', '0'], 1, /lead times from 1 to 1000/],
    [['--series', 'few.csv', '--missing', 'maybe'], 2, /expected --missing to be zero or refuse/],
    [['--series', 'few.csv', '--test', '1'], 2, /at least two blocks/],
    [['--series', 'few.csv'], 1, /no product could be replayed/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, err } = await run(args, place);
    assert.equal(code, expected, `${args.join(' ')}: ${err}`);
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
  }
});

test('a claim is a change with its interval', () => {
  const interval = { lower_90: 0.4, upper_90: 1.1, lower_95: 0.3, upper_95: 1.2 };
  assert.equal(change(0.5, interval), '−50 % (−60 to +10)');
  assert.equal(change(1, null), '0 %');
  assert.equal(change(null, null), '–');
});

test('curves keep to their frame and leave out what has no logarithm', () => {
  const points = [
    { stock: 0, lines: 9 },
    { stock: 10, lines: 90 },
    { stock: 1000, lines: 1 },
    { stock: 5000, lines: 0 },
  ];
  const text = String(tradeOffChart('<curves>', [{ name: 'a&b', kind: 'x', points }]));
  const [, drawn] = /<polyline class="x" points="([^"]*)"/.exec(text);
  assert.equal(drawn.split(' ').length, 2);
  for (const number of drawn.split(/[ ,]/)) assert.ok(Number(number) >= 0 && Number(number) <= 480);
  assert.ok(text.includes('&#60;curves&#62;') && text.includes('a&#38;b'));
  assert.equal(String(tradeOffChart('none', [{ name: 'a', kind: 'x', points: [] }])), '');
});

test('the report is inert, fits a phone and is legible in the dark', { skip }, async (t) => {
  const hostile = sets.map((set) => ({
    ...set,
    set: HOSTILE,
    about: { ...set.about, title: HOSTILE, synthetic: true },
  }));
  const path = join(place, 'hostile.html');
  writeFileSync(path, backtestPage(HOSTILE, [...hostile, ...sets]));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, colorScheme });
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    assert.notEqual(await page.title(), 'bad');
    assert.equal(asked.length, 1);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(wide, 0);
    assert.equal(await page.locator('svg.curves').count(), 2);
    const [ink, paper] = await page.evaluate(() => {
      const style = getComputedStyle(document.body);
      return [style.color, style.backgroundColor];
    });
    assert.notEqual(ink, paper);
  }
});
