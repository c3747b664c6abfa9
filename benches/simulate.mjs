// How many days of how many products a second the engine simulates as WebAssembly in Node:
// `node benches/simulate.mjs`, after `cargo xtask pkg`. Each line is the fastest of many passes of
// a tenth of a million days, so that what else the machine does counts little.
import { loadEngine } from '../pkg/dist/node.js';

const DAYS = 100_000;
const PASSES = 200;
const engine = await loadEngine();

const long = engine.sampleDemand({ type: 'poisson', means: Float64Array.of(10) }, 7, DAYS);
const products = Array.from({ length: DAYS / 1000 }, (_, index) =>
  engine.sampleDemand({ type: 'poisson', means: Float64Array.of(1 + (index % 30)) }, index, 1000),
);
const plain = { lead_times: Uint32Array.of(3), on_hand: 50, warm_up: 50 };
const baseStock = { type: 'order_up_to', order_up_to_levels: Float64Array.of(60) };
const reorder = {
  type: 'reorder_up_to',
  reorder_points: Float64Array.of(50),
  order_up_to_levels: Float64Array.of(90),
};
const terms = { ...plain, minimum_order_quantity: 10, order_multiple: 6 };
const dairy = { ...plain, shelf_life: 7 };

for (const [name, run] of [
  ['base stock', () => engine.simulateStock(long, plain, baseStock)],
  [
    'base stock, a call for each product of 1,000 days',
    () => products.forEach((demand) => engine.simulateStock(demand, plain, baseStock)),
  ],
  ['(s, S), minimum and pack', () => engine.simulateStock(long, terms, reorder)],
  ['base stock, 7 days of shelf life', () => engine.simulateStock(long, dairy, baseStock)],
  [
    'base stock, 7 days of shelf life, freshest first',
    () => engine.simulateStock(long, { ...dairy, issue: 'freshest' }, baseStock),
  ],
  ['base stock with its trace', () => engine.traceStock(long, plain, baseStock)],
]) {
  let fastest = Infinity;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const begin = performance.now();
    run();
    fastest = Math.min(fastest, performance.now() - begin);
  }
  const perDay = (fastest * 1e6) / DAYS;
  console.log(`${name}: ${perDay.toFixed(1)} ns a day, ${(1e3 / perDay).toFixed(0)} million a second`);
}
