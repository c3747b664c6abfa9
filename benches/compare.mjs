// How many offers a second are compared from JavaScript objects, as WebAssembly in Node:
// `node benches/compare.mjs`, after `cargo xtask pkg`. Each line is the fastest of many passes, and
// what all passes took of the processor, clearing up in other threads included: on a machine that does
// something else as well, the second says more.
import { compareBatch, loadEngine } from '../pkg/dist/node.js';

const REQUIREMENTS = 5_000;
const SUPPLIERS = 10;
const PASSES = 150;
const engine = await loadEngine();

let state = 7;
const below = (end) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 16) % end;
};
const requirements = Array.from({ length: REQUIREMENTS }, (_, product) => ({
  sku: `sku-${product}`,
  quantity: 1 + below(60),
  need_in_days: 7,
}));
const suppliers = Array.from({ length: SUPPLIERS }, (_, supplier) => ({
  supplier: `supplier-${supplier}`,
  freight: 4_000,
  free_freight_from: 90_000,
  minimum_order_value: 25_000,
  goods_so_far: 50_000,
}));
const offers = requirements.flatMap(({ sku }) => {
  const cents = 100 + below(900);
  return suppliers.map(({ supplier }) => {
    const pack_content = 1 + below(12);
    const pack_price = cents * pack_content * (90 + below(20));
    const price = (from_packs, percent) => ({
      from_packs,
      pack_price: Math.floor((pack_price * percent) / 10_000),
    });
    return {
      sku,
      supplier,
      pack_content,
      minimum_packs: 1 + below(3),
      available_packs: below(4) === 0 ? 20 + below(50) : undefined,
      lead_time_days: 1 + below(8),
      prices: [price(1, 100), price(3, 96), price(10, 92)],
    };
  });
});
// As a document of another program holds them: no two texts are one text.
const parsed = JSON.parse(JSON.stringify({ requirements, offers, suppliers }));
const mixed = parsed.offers.map((offer) => [below(65_536), offer]);
mixed.sort(([a], [b]) => a - b);

for (const [name, given] of [
  ['product by product', parsed.offers],
  ['mixed', mixed.map(([, offer]) => offer)],
]) {
  let fastest = Infinity;
  const before = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass += 1) {
    const begin = performance.now();
    compareBatch(engine, parsed.requirements, given, parsed.suppliers);
    fastest = Math.min(fastest, performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(before);
  const said = (nanoseconds) =>
    `${nanoseconds.toFixed(0)} ns an offer, ${(1e3 / nanoseconds).toFixed(2)} million a second`;
  const processor = ((user + system) * 1e3) / (PASSES * given.length);
  console.log(`${name}, fastest: ${said((fastest * 1e6) / given.length)}`);
  console.log(`${name}, processor: ${said(processor)}`);
}
