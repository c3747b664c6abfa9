import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { loadEngine } from '../../pkg/dist/node.js';
import { serve } from './serve.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}; set CHROMIUM to try another`;
const options = { skip, timeout: 90_000 };
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

/** A page in a fresh browser; at the test's end it must have complained about nothing. */
async function open(context, { view = WIDE, colorScheme = 'light', admit, expected = [] } = {}) {
  const url = await serve(context, admit);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.after(() => browser.close());
  const settings = { viewport: view, colorScheme, reducedMotion: 'reduce', locale: 'en-US' };
  // West of Greenwich, where a day that is taken for a local midnight shows as the day before.
  const page = await browser.newPage({ ...settings, timezoneId: 'America/Santiago' });
  const complaints = [];
  const strangers = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) strangers.push(request.url());
  });
  await page.goto(url);
  const quiet = () => {
    assert.deepEqual(strangers, []);
    assert.deepEqual(
      complaints.filter((text) => !expected.some((pattern) => pattern.test(text))),
      [],
    );
  };
  return { page, quiet };
}

async function looksRight(page, what) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ['violations'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`);
  });
  assert.deepEqual(violations, [], what);
  const { wide, inner, high, end } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    inner: window.innerWidth,
    high: document.documentElement.scrollHeight,
    end: document.querySelector('footer').getBoundingClientRect().bottom + window.scrollY,
  }));
  assert.ok(wide <= inner, `${what}: ${wide} pixels wide in a window of ${inner}`);
  // Hidden words in a scrolled list once made the page several windows longer than its content.
  const bottom = Math.max(end, page.viewportSize().height);
  assert.ok(high <= bottom + 1, `${what}: ${high} pixels high, the footer ends at ${end}`);
}

async function openSample(page) {
  await page.getByRole('button', { name: 'Open the sample company' }).click();
  await page.getByRole('heading', { name: /^What to buy on/ }).waitFor();
}

async function planInNode(dir, today, names = ['demand', 'stock', 'offers']) {
  const engine = await loadEngine();
  const entries = names.map(async (name) => [
    name,
    { name: `${name}.csv`, bytes: await readFile(`${examples}${dir}/${name}.csv`) },
  ]);
  const files = Object.fromEntries(await Promise.all(entries));
  return engine.planFromTables(files, engine.planOptions(today));
}

/** Text as a person reads it. */
const text = async (locator) => (await locator.innerText()).replaceAll(/\s+/g, ' ');

for (const [name, view, colorScheme] of [
  ['wide and light', WIDE, 'light'],
  ['wide and dark', WIDE, 'dark'],
  ['narrow and light', NARROW, 'light'],
  ['narrow and dark', NARROW, 'dark'],
]) {
  test(`the sample company is planned as in Node, ${name}`, options, async (context) => {
    const { page, quiet } = await open(context, { view, colorScheme });
    await looksRight(page, 'start');
    await openSample(page);
    const terms = ['demand', 'stock', 'offers', 'terms'];
    const plan = await planInNode('fresh-food', '2017-12-31', terms);
    const short = plan.products.filter(({ replenishment }) => replenishment?.requirement);
    const tiles = await text(page.locator('.tiles'));
    const usual = plan.allocation.baselines.find(({ policy }) => policy === 'default_supplier');
    assert.equal(plan.allocation.status, 'proved');
    for (const part of [
      `To buy ${short.length} of 200 products`,
      `${plan.allocation.total} in ${plan.purchase_orders.length} orders`,
      usual.saving.replace('-', ''),
      'Proved nothing costs less',
    ]) {
      assert.ok(tiles.replaceAll(',', '').includes(part), `${part} is not in ${tiles}`);
    }
    assert.equal(await page.locator('.rows a').count(), Math.min(short.length, 100));
    await looksRight(page, 'plan');

    const helped = plan.allocation.comparisons.find(
      ({ sku, excluded }) => excluded.length > 0 && short.some((product) => product.sku === sku),
    );
    const product = short.find(({ sku }) => sku === helped.sku);
    await page.getByRole('searchbox').fill(product.sku);
    await page.locator(`.rows a[href$="/${product.sku}"]`).click();
    await page.getByRole('heading', { name: product.description, exact: true }).waitFor();
    const shown = await text(page.locator('.product'));
    for (const { name: term, value } of product.replenishment.terms) {
      assert.ok(shown.includes(`${term} ${value}`), `${term} ${value} is not in ${shown}`);
    }
    for (const { supplier, landed_cost: cost } of helped.ranked) {
      assert.ok(shown.includes(supplier) && shown.includes(cost), `${supplier} ${cost}`);
    }
    for (const { offer, remedy } of helped.excluded) {
      assert.ok(shown.includes(offer) && shown.includes(remedy), `${offer} ${remedy}`);
    }
    assert.ok(await isDrawn(page), 'the chart is empty');
    await page.getByText('The forecast in numbers').click();
    assert.match(await text(page.locator('.scroll tbody tr').first()), /^2017-12-31 /);
    await looksRight(page, 'product');

    await page.goBack();
    await page.getByRole('link', { name: /^Purchase orders/ }).click();
    for (const order of plan.purchase_orders) {
      const card = await text(page.locator('.order', { hasText: order.id }));
      assert.ok(card.replaceAll(',', '').includes(order.total), order.id);
      assert.equal(
        await page.locator('.order', { hasText: order.id }).locator('tbody tr').count(),
        order.lines.length,
      );
    }
    await looksRight(page, 'orders');
    quiet();
  });
}

/** Whether the chart shows at least its three kinds of colour: lines, bands, text. */
function isDrawn(page) {
  return page.locator('.chart canvas').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
    return colours.size >= 4;
  });
}

test("one's own files are dropped, planned, corrected and planned again", options, async (context) => {
  const { page, quiet } = await open(context);
  const contents = await Promise.all(
    ['demand', 'stock', 'offers'].map((name) => readFile(`${examples}ten-rows/${name}.csv`, 'utf8')),
  );
  const [demand, stock, offers] = contents;
  const named = { 'Demand 2017.csv': demand, 'stock.csv': stock, 'offers.csv': offers, 'x.txt': '' };
  const dropped = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const [name, content] of Object.entries(all)) transfer.items.add(new File([content], name));
    return transfer;
  }, named);
  await page.locator('form').dispatchEvent('drop', { dataTransfer: dropped });
  await page.getByText(/got x\.txt: choose such files one by one/).waitFor();
  await page.getByLabel('Today is').fill('2017-12-31');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('heading', { name: 'What to buy on 2017-12-31' }).waitFor();
  const plan = await planInNode('ten-rows', '2017-12-31');
  assert.ok((await text(page.locator('.tiles'))).includes(plan.allocation.total));

  await page.getByRole('button', { name: 'Other files' }).click();
  const buffer = Buffer.from('sku,date,quantity\na,x,1\na,2017-01-02,-1\n');
  const bad = { name: 'wrong.csv', mimeType: 'text/csv', buffer };
  await page.locator('input[data-slot=demand]').setInputFiles(bad);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('heading', { name: '2 mistakes to correct' }).waitFor();
  const lines = await page.locator('.problems li').allInnerTexts();
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/\s+/g, ' ')),
    [
      'wrong.csv:2: date expected a day such as 2026-11-21, got x',
      'wrong.csv:3: quantity expected a number of zero or more, got -1',
    ],
  );
  await looksRight(page, 'problems');
  await page.getByRole('button', { name: 'Choose files again' }).click();
  const good = { ...bad, name: 'demand.csv', buffer: Buffer.from(demand) };
  await page.locator('input[data-slot=demand]').setInputFiles(good);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('heading', { name: 'What to buy on 2017-12-31' }).waitFor();
  quiet();
});

test('with the keyboard alone, on a narrow screen', options, async (context) => {
  const { page, quiet } = await open(context, { view: NARROW });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const first = page.locator('.rows a').first();
  await first.waitFor();
  for (let presses = 0; !(await first.evaluate((row) => row === document.activeElement)); ) {
    assert.ok(++presses < 15, 'the list is not within 15 presses of Tab');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'product');
  assert.equal(await page.locator('.rows').isVisible(), false);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await first.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('.rows li:first-child a'));
  quiet();
});

test('computing can be cancelled, and a failed load tried again', options, async (context) => {
  let refuse = true;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const { page, quiet } = await open(context, {
    admit: async (path) => {
      if (!path.endsWith('.wasm')) return true;
      if (refuse) return false;
      await held;
      return true;
    },
    expected: [/status of 503/, /`WebAssembly.instantiateStreaming` failed/],
  });
  await page.getByRole('button', { name: 'Open the sample company' }).click();
  await page.getByRole('heading', { name: 'This did not work' }).waitFor();
  await looksRight(page, 'failure');
  refuse = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Loading the engine').waitFor();
  await looksRight(page, 'progress');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'Your own files' }).waitFor();
  release();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('heading', { name: 'What to buy on 2017-12-31' }).waitFor();
  quiet();
});
