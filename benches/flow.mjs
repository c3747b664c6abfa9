// How many steps of life cycles a second are made from JavaScript, as WebAssembly in Node:
// `node benches/flow.mjs`, after `cargo xtask pkg`; natively `cargo bench --bench flow` tells.
//
// A step is one input told to one order, its crossing included: in every lane what JavaScript begins
// with is stored lives as text and inputs as objects, and what it ends with is the lives to store as
// text and the commands as objects. Where many inputs of one order cross together, its life crosses
// once for all of them: then a host stores once for all of them. The last lane alone leaves all of it
// text, inputs and commands too, as for a host that takes the one from a queue and puts the other in
// one: it tells what the module and its crossing cost without JavaScript's own JSON.
import { advanceSaleOrders, advanceStoredSaleOrder, loadEngine } from '../pkg/dist/node.js';

const LIVES = 500;
const PASSES = 40;
const engine = await loadEngine();
const policy = {};

const documents = ['1', '2', '3'].map((line) => ({ line, document: '55005002' }));
const answer = (request_id, status, body) => ({
  type: 'outcome',
  request_id,
  attempt: 1,
  outcome: { type: 'answer', status, body },
});
const submit = { type: 'submit', payload: JSON.stringify({ lines: 3 }) };

/** Two steps: submitted and accepted. */
const short = [
  { now: 0, input: submit },
  { now: 40, input: answer(1, 201, { success: true, documents }) },
];

/** Thirty: thirteen times too many requests, accepted, cancelled. */
const long = [{ now: 0, input: submit }];
for (let request = 1; request <= 13; request += 1) {
  const now = request * 120_000;
  long.push({ now, input: answer(request, 429) }, { now: now + 100_000, input: { type: 'woke' } });
}
long.push({ now: 1_700_000, input: answer(14, 201, { success: true, documents }) });
long.push({ now: 1_710_000, input: { type: 'cancel_requested' } });
long.push({ now: 1_710_000, input: { type: 'woke' } });

const opened = Array.from({ length: LIVES }, (_, order) =>
  JSON.stringify(engine.openSaleOrder(`1001:${order}:farm`, ['1', '2', '3'])),
);
const oneByOne = (told) =>
  opened.map((life) =>
    told.reduce((at, { now, input }) => advanceStoredSaleOrder(engine, at, input, now, policy).life, life),
  );
const asObjects = (told) =>
  opened.map((life) =>
    told.reduce((at, { now, input }) => {
      const { flow } = engine.advanceSaleOrder(JSON.parse(at), input, now, policy);
      return JSON.stringify(flow);
    }, life),
  );
const together = (told) =>
  advanceSaleOrders(engine, opened.map((life) => ({ life, told })), policy).map(({ life }) => life);
const asText = (told) => {
  const inputs = JSON.stringify(told);
  const work = opened.map((life) => `{"life":${life},"told":${inputs}}`).join('\n');
  return () => engine.advanceSaleOrdersJson(work, '{}');
};

for (const [name, told] of Object.entries({ short, long })) {
  const [ended] = together(told);
  if (oneByOne(told)[0] !== ended) throw new Error('the lanes differ');
  console.log(`${name}: ${LIVES} orders, ${told.length} steps each, ends as ${ended.length} bytes`);
  const lanes = {
    'objects, step by step': asObjects,
    'text, step by step': oneByOne,
    'all together': together,
    'all together, text alone': asText(told),
  };
  for (const [lane, run] of Object.entries(lanes)) {
    let fastest = Infinity;
    run(told);
    const before = process.cpuUsage();
    for (let pass = 0; pass < PASSES; pass += 1) {
      const begin = performance.now();
      run(told);
      fastest = Math.min(fastest, performance.now() - begin);
    }
    const { user, system } = process.cpuUsage(before);
    const steps = LIVES * told.length;
    const said = (microseconds) =>
      `${microseconds.toFixed(2)} us a step, ${(1e3 / microseconds).toFixed(0)} thousand a second`;
    console.log(`  ${lane}, fastest: ${said((fastest * 1e3) / steps)}`);
    console.log(`  ${lane}, processor: ${said((user + system) / (PASSES * steps))}`);
  }
}
