// Processor time of allocating baskets from files in WebAssembly: `node benches/allocate.mjs [--steps N]
// FILE...`, after `cargo xtask pkg`. Prints what `benches/allocate.rs` does. Reading the file is not
// timed; taking its document over into the engine is, as every caller pays for it, and stands beside it
// as `milliseconds_to_read`: the time of refusing the same document for a value that is looked at once all is read.
import { readFileSync } from 'node:fs';
import { loadEngine } from '../pkg/dist/node.js';

const LEAST_MILLISECONDS = 100;
const engine = await loadEngine();

const milliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
};

/** Of one pass, once the code has run for a while, as the engine's code is compiled twice. */
function time(pass) {
  const first = since(0, pass);
  // By then it has been.
  if (first > 1e3) return first;
  since(LEAST_MILLISECONDS, pass);
  return since(LEAST_MILLISECONDS, pass);
}

/** Of one pass, of as many as it takes for so long. */
function since(least, pass) {
  const begin = milliseconds();
  for (let passes = 1; ; passes += 1) {
    pass();
    const taken = milliseconds() - begin;
    if (taken >= least) return taken / passes;
  }
}

const words = process.argv.slice(2);
let budget = null;
if (words[0] === '--steps') budget = { steps: Number(words.splice(0, 2)[1]) };
for (const file of words) {
  const instance = JSON.parse(readFileSync(file, 'utf8'));
  let answer;
  const taken = time(() => (answer = engine.allocateInstance(instance, budget)));
  const [first, ...others] = instance.suppliers;
  const refused = { ...instance, suppliers: [{ ...first, po_cost: -1 }, ...others] };
  const reading = time(() => {
    try {
      engine.allocateInstance(refused, budget);
    } catch (error) {
      if (error.path === 'instance.suppliers[0].po_cost') return;
      throw error;
    }
    throw new Error('a negative cost was accepted');
  });
  console.log(JSON.stringify({ ...answer, solution: [], file, milliseconds: taken, milliseconds_to_read: reading }));
}
