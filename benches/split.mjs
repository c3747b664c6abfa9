// How many order lines a second are split, as WebAssembly in Node: `node benches/split.mjs`, after
// `cargo xtask pkg`. Orders have 20 lines of four vendors, a coupon, a charge for the way and its tax,
// a promotion of one vendor, and are paid by gift card and card. Each line is the fastest of many
// passes, and what all passes took of the processor, clearing up in other threads included: on a
// machine that does something else as well, the second says more.
import { loadEngine, splitBatch } from '../pkg/dist/node.js';

const ORDERS = 500;
const LINES = 20;
const VENDORS = 4;
const PASSES = 30;
const engine = await loadEngine();

let state = 7;
const below = (end) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 16) % end;
};
const money = (cents) => {
  const size = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)} EUR`;
};
const orders = Array.from({ length: ORDERS }, (_, order) => {
  const goods = Array.from({ length: LINES }, () => 200 + below(9_000));
  const [coupon, promotion, way, tax] = [below(900), below(100), 990, 188];
  const total = goods.reduce((sum, cents) => sum + cents, way + tax - coupon - promotion);
  const card = below(2_000);
  return {
    id: `order-${order}`,
    revision: 1,
    currency: 'EUR',
    lines: goods.map((cents, line) => ({
      id: String(line + 1).padStart(2, '0'),
      sku: `sku-${below(5_000)}`,
      vendor: `vendor-${below(VENDORS)}`,
      quantity: `${1 + below(5)} each`,
      amount: money(cents),
    })),
    adjustments: [
      { id: 'promotion', kind: 'discount', amount: money(-promotion), lines: ['01', '07', '13'] },
      { id: 'coupon', kind: 'discount', amount: money(-coupon) },
      { id: 'way', kind: 'shipping', amount: money(way) },
      { id: 'way-tax', kind: 'tax', amount: money(tax), follows: 'way' },
    ],
    payments: [
      { id: 'gift-card', kind: 'gift_card', amount: money(card) },
      { id: 'card', kind: 'card', amount: money(total - card) },
    ],
  };
});
const text = JSON.stringify(orders);
const answers = engine.splitJson(text, '{}');
const size = (length) => `${(length / (ORDERS * LINES)).toFixed(0)} bytes a line`;
console.log(`${ORDERS} orders of ${LINES} lines: ${size(text.length)} in, ${size(answers.length)} out`);


// The same orders in columns, as a database or a table would hold them.
const cents = (amount) => Number(amount.replace(/\D/g, '')) * (amount.startsWith('-') ? -1 : 1);
const ends = (counts) => Uint32Array.from([0, ...counts]).map(((sum) => (count) => (sum += count))(0));
const of = (field) => orders.flatMap((order) => order[field]);
const columns = {
  currency: 'EUR',
  lines: ends(orders.map(({ lines }) => lines.length)),
  vendors: Uint32Array.from(of('lines'), ({ vendor }) => 1 + Number(vendor.split('-')[1])),
  quantities: Uint32Array.from(of('lines'), ({ quantity }) => parseInt(quantity, 10)),
  amounts: Float64Array.from(of('lines'), ({ amount }) => cents(amount)),
  // A promotion is for the lines of one vendor here.
  adjustments: ends(orders.map(({ adjustments }) => adjustments.length)),
  kinds: Uint32Array.from(of('adjustments'), ({ kind }) => ['discount', 'shipping', 'fee', 'tax'].indexOf(kind)),
  adjustment_amounts: Float64Array.from(of('adjustments'), ({ amount }) => cents(amount)),
  adjustment_vendors: Uint32Array.from(
    orders.flatMap(({ lines }) => [1 + Number(lines[0].vendor.split('-')[1]), 0, 0, 0]),
  ),
  follows: Uint32Array.from(of('adjustments'), ({ follows }) => (follows === 'way' ? 3 : 0)),
  payments: ends(orders.map(({ payments }) => payments.length)),
  payment_amounts: Float64Array.from(of('payments'), ({ amount }) => cents(amount)),
};
if (engine.splitColumns(columns).problems.length > 0) throw new Error('the columns are wrong');

const lanes = {
  'objects, order by order': () => orders.map((order) => engine.split(order, {})),
  'objects as one text': () => splitBatch(engine, orders),
  'text to text': () => engine.splitJson(text, '{}'),
  'of that, JSON.parse of the answers': () => JSON.parse(answers),
  'columns to columns': () => engine.splitColumns(columns),
};
for (const [name, lane] of Object.entries(lanes)) {
  let fastest = Infinity;
  lane();
  const before = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass += 1) {
    const begin = performance.now();
    lane();
    fastest = Math.min(fastest, performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(before);
  const said = (microseconds) =>
    `${microseconds.toFixed(2)} us a line, ${(1e3 / microseconds).toFixed(0)} thousand a second`;
  const lines = ORDERS * LINES;
  console.log(`${name}, fastest: ${said((fastest * 1e3) / lines)}`);
  console.log(`${name}, processor: ${said((user + system) / (PASSES * lines))}`);
}
