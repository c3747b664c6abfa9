// Times the engine as WebAssembly in Node on the same series: `node node.mjs DIR`, after
// `cargo xtask pkg`. Prints `model,corpus,season,microseconds` per series, by processor time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine } from '../../pkg/dist/node.js';

const LEAST_MICROSECONDS = 300_000;
const here = new URL('.', import.meta.url);
const [dir] = process.argv.slice(2);
const engine = await loadEngine();

function read(corpus, count) {
  const lines = readFileSync(join(dir, `${corpus}.csv`), 'utf8').trim().split('\n').slice(0, count);
  const series = lines.map((line) => line.split(',').map(Number));
  const offsets = new Uint32Array(series.length + 1);
  series.forEach((values, index) => (offsets[index + 1] = offsets[index] + values.length));
  return { values: Float64Array.from(series.flat()), offsets };
}

const processorMicroseconds = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const [, ...lines] = readFileSync(new URL('models.csv', here), 'utf8').trim().split('\n');
for (const line of lines) {
  const [model, corpus, season, series] = line.split(',');
  const { values, offsets } = read(corpus, Number(series));
  const options = {
    horizon: corpus === 'monthly' ? 12 : 28,
    season_length: Number(season),
    model,
    quantiles: [],
  };
  const pass = () => {
    const { problems } = engine.forecastBatch({ values, offsets }, options);
    if (problems.length > 0) throw new Error(problems[0].message);
  };
  // The engine's code is compiled twice, the second time when it has run for a while.
  for (const begin = processorMicroseconds(); processorMicroseconds() - begin < LEAST_MICROSECONDS; ) pass();
  const begin = processorMicroseconds();
  let passes = 0;
  let taken = 0;
  do {
    pass();
    passes += 1;
    taken = processorMicroseconds() - begin;
  } while (taken < LEAST_MICROSECONDS);
  console.log(`${model},${corpus},${season},${taken / passes / Number(series)}`);
}
process.exit(0);
