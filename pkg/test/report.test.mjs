import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { loadEngine } from 'replenish';
import { bar, fanChart } from '../dist/report/chart.js';
import { documentPage, html } from '../dist/report/html.js';
import { reportPage } from '../dist/report/page.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}; set CHROMIUM to try another`;

const HOSTILE = `</title></style><script>document.title='bad'</script><img src=x onerror=alert(1)>"'&<svg onload=alert(1)>`;

async function hostilePlan() {
  const engine = await loadEngine();
  const sample = (name) => ({
    name,
    bytes: readFileSync(new URL(`../dist/sample/${name}`, import.meta.url)),
  });
  const plan = engine.planFromTables(
    {
      demand: sample('demand.csv'),
      stock: sample('stock.csv'),
      offers: sample('offers.csv'),
      terms: sample('terms.csv'),
    },
    engine.planOptions('2017-12-31'),
  );
  return {
    ...plan,
    products: plan.products.map((product) => ({ ...product, description: HOSTILE })),
    notes: [HOSTILE],
  };
}

test('what is inserted is escaped, markup is not, nothing is left out', () => {
  const inner = html`<b>${'<&>"\''}</b>`;
  assert.equal(
    String(html`<p title="${'"><'}">${inner}${[1, inner]}${undefined}</p>`),
    `<p title="&#34;&#62;&#60;"><b>&#60;&#38;&#62;&#34;&#39;</b>1<b>&#60;&#38;&#62;&#34;&#39;</b></p>`,
  );
});

test('the policy allows the one style by its hash and no script at all', () => {
  const page = documentPage('t', 'p{}', html`x`);
  assert.match(
    page,
    /default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; base-uri &#39;none&#39;/,
  );
  assert.doesNotMatch(page, /unsafe|script-src/);
});

test('a hostile description adds no markup to the report', async () => {
  const page = reportPage({ title: HOSTILE, plan: await hostilePlan() });
  assert.ok(page.length > 50_000);
  assert.doesNotMatch(page, /<(script|img|svg onload)/);
  assert.equal(page.match(/<\/style>/g).length, 1);
});

test('charts stay within their frame, whatever the numbers', () => {
  const shape = { label: 'x', ticks: ['a', 'b', 'c'] };
  const cases = [
    { ...shape, history: [0, 0], median: [0], bands: [] },
    { ...shape, history: [], median: [], bands: [] },
    { ...shape, history: [1e9, 3], median: [5, 7], bands: [{ lower: [0, 0], upper: [2e9, 1] }] },
  ];
  for (const fan of cases) {
    const svg = String(fanChart(fan));
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    for (const [, x, y] of svg.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)) {
      assert.ok(x >= 0 && x <= 360 && y >= 0 && y <= 168, `${x},${y}`);
    }
  }
  assert.match(String(bar(7, 'plain')), /width="100"/);
  assert.match(String(bar(-1, 'plain')), /width="0"/);
});

test('a day to order that has passed is not told as time left', async () => {
  const page = reportPage({ title: 'x', plan: await hostilePlan() });
  const days = (pattern) => [...page.matchAll(pattern)].map(([, day]) => day);
  const past = days(/order now: due since (\S{10})/gi);
  assert.ok(past.length > 0 && past.every((day) => day < '2017-12-31'), past.join());
  assert.ok(days(/order by (\S{10})/gi).every((day) => day > '2017-12-31'));
});

test('goods that come too late are marked where they are bought', async () => {
  const plan = await hostilePlan();
  const lines = plan.purchase_orders.flatMap((order) => order.lines);
  const late = lines.filter(({ arrival, need_by }) => arrival > need_by);
  assert.ok(late.length > 0);
  const page = reportPage({ title: 'x', plan });
  assert.equal([...page.matchAll(/there on \S{10}, late</g)].length, late.length);
});

test('the forecast begins on the day that the chart names', () => {
  const svg = String(
    fanChart({ label: 'x', history: [1, 2], median: [3, 4], bands: [], ticks: ['a', 'b', 'c'] }),
  );
  const [, today] = svg.match(/class="today" x1="([\d.]+)"/);
  const [, median] = svg.match(/class="median" points="[\d.]+,[\d.]+ ([\d.]+),/);
  assert.equal(today, median);
});

test('in a browser the report is inert, complete and as wide as the screen', {
  skip,
  timeout: 60_000,
}, async (context) => {
  const path = join(mkdtempSync(join(tmpdir(), 'replenish-')), 'report.html');
  writeFileSync(path, reportPage({ title: HOSTILE, plan: await hostilePlan() }));
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  context.after(() => browser.close());
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 390, 1200]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const complaints = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('dialog', (dialog) => complaints.push(dialog.message()));
      page.on(
        'request',
        (request) => request.url().startsWith('file:') || complaints.push(request.url()),
      );
      await page.goto(`file://${path}`);
      const seen = await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
        return {
          title: document.title,
          foreign: document.querySelectorAll('script, img, iframe, object, embed, link').length,
          width: document.documentElement.scrollWidth,
          charts: document.querySelectorAll('svg.chart').length,
          background: getComputedStyle(document.body).backgroundColor,
        };
      });
      assert.equal(seen.title, HOSTILE);
      assert.equal(seen.foreign, 0);
      assert.equal(seen.charts, 6);
      assert.ok(seen.width <= width, `${seen.width} pixels on a screen of ${width}`);
      assert.equal(
        seen.background,
        colorScheme === 'dark' ? 'rgb(19, 21, 18)' : 'rgb(245, 244, 239)',
      );
      assert.deepEqual(complaints, []);
      await page.close();
    }
  }
});
