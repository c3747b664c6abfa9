import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { forecastInWorkers, loadEngine } from 'replenish';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}; set CHROMIUM to try another`;
const root = fileURLToPath(new URL('../../', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.csv': 'text/csv' };
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const MODULE = `
  import { loadEngine } from '/pkg/dist/index.js';
  export async function plan() {
    const file = async (name) => {
      const answer = await fetch('/examples/ten-rows/' + name);
      return { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
    };
    const engine = await loadEngine();
    const files = { demand: await file('demand.csv'), stock: await file('stock.csv'), offers: await file('offers.csv') };
    return JSON.stringify(engine.planFromTables(files, engine.planOptions('2017-12-31')));
  }`;
const PAGES = {
  '/': [
    'text/html',
    '<!doctype html><title>test</title><script type="module" src="/page.js"></script>',
  ],
  '/plan.js': ['text/javascript', MODULE],
  '/page.js': [
    'text/javascript',
    "import { plan } from '/plan.js'; plan().then((text) => (window.result = text), (error) => (window.result = String(error)));",
  ],
  '/worker.js': [
    'text/javascript',
    "import { plan } from '/plan.js'; plan().then(postMessage, (error) => postMessage(String(error)));",
  ],
};

async function serve(context) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const page = PAGES[path];
    try {
      const file = join(root, normalize(path));
      const type = page?.[0] ?? TYPES[extname(file)] ?? 'text/plain';
      const body = page?.[1] ?? (await readFile(file));
      response
        .writeHead(200, { 'content-type': type, 'content-security-policy': POLICY })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/`;
}

async function expected() {
  const file = async (name) => ({
    name,
    bytes: await readFile(join(root, 'examples/ten-rows', name)),
  });
  const engine = await loadEngine();
  const files = {
    demand: await file('demand.csv'),
    stock: await file('stock.csv'),
    offers: await file('offers.csv'),
  };
  return JSON.stringify(engine.planFromTables(files, engine.planOptions('2017-12-31')));
}

/** A page of the server, and what it complains of. */
async function open(context) {
  const url = await serve(context);
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  context.after(() => browser.close());
  const page = await browser.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

test('a browser and a worker plan to the byte what Node plans', {
  skip,
  timeout: 60_000,
}, async (context) => {
  const { page, complaints } = await open(context);
  await page.waitForFunction(() => window.result !== undefined);
  const fromPage = await page.evaluate(() => window.result);
  const fromWorker = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
      }),
  );
  const inNode = await expected();
  assert.equal(fromPage, inNode);
  assert.equal(fromWorker, inNode);
  assert.deepEqual(
    complaints.filter((text) => !text.includes('favicon')),
    [],
  );
});

test("a browser's workers forecast to the bit what Node's do", {
  skip,
  timeout: 60_000,
}, async (context) => {
  const { page, complaints } = await open(context);
  const values = Array.from({ length: 2400 }, (_, at) => (at * 7919) % 31);
  const offsets = Array.from({ length: 31 }, (_, at) => at * 80);
  const options = { horizon: 3, season_length: 7, quantiles: [0.5, 0.95] };
  const fromPage = await page.evaluate(
    async ([values, offsets, options]) => {
      const { forecastInWorkers } = await import('/pkg/dist/index.js');
      const batch = { values: Float64Array.from(values), offsets: Uint32Array.from(offsets) };
      const result = await forecastInWorkers(batch, options, { workers: 2 });
      return [[...result.mean], [...result.quantiles], result.models, [...result.model_of]];
    },
    [values, offsets, options],
  );
  const batch = { values: Float64Array.from(values), offsets: Uint32Array.from(offsets) };
  const { mean, quantiles, models, model_of } = await forecastInWorkers(batch, options, { workers: 1 });
  assert.deepEqual(fromPage, [[...mean], [...quantiles], models, [...model_of]]);
  assert.deepEqual(
    complaints.filter((text) => !text.includes('favicon')),
    [],
  );
});
