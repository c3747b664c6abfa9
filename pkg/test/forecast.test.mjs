/** `replenish forecast` from a file to a file, and the threads behind it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { forecastInWorkers, loadEngine } from 'replenish';

const bin = fileURLToPath(new URL('../bin/replenish.js', import.meta.url));

function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'forecast', ...args], { cwd });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** A week of demand again and again, shifted by the series' number so that no two are the same. */
const history = (series, days) =>
  Array.from({ length: days }, (_, day) => [20, 22, 19, 25, 31, 40, 12][(day + series) % 7] + (day % 3));

/** One series a line. */
const wide = (count) =>
  `id,freq,h,season,train,test\n${Array.from(
    { length: count },
    (_, series) => `s-${series},D,${2 + (series % 3)},7,${history(series, 70 + series).join(' ')},\n`,
  ).join('')}`;

/** One period a line, the rows of all series mixed. */
const long = (count) =>
  `id,date,value\n${Array.from({ length: 70 + count }, (_, day) =>
    Array.from({ length: count }, (_, series) => {
      const value = history(series, 70 + series)[day];
      const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
      return value === undefined ? '' : `s-${series},${date},${value}\n`;
    }).join(''),
  ).join('')}`;

function directory(files) {
  const path = mkdtempSync(join(tmpdir(), 'replenish-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const read = (cwd, name) => readFileSync(join(cwd, name), 'utf8');

test('both forms of a file, compressed or not, give the same forecasts', async () => {
  const files = { 'wide.csv': wide(3), 'long.csv': long(3) };
  const packed = Object.entries(files).map(([name, text]) => [`${name}.gz`, gzipSync(text)]);
  const cwd = directory({ ...files, ...Object.fromEntries(packed) });
  for (const name of ['wide.csv', 'wide.csv.gz', 'long.csv', 'long.csv.gz']) {
    const { code, out, err } = await run(['--series', name, '--horizon', '4', '--out', 'out.csv'], cwd);
    assert.deepEqual([code, err], [0, ''], name);
    assert.equal(out.includes('one value a day, by the dates'), name.startsWith('long'), name);
    const first = name === 'wide.csv';
    if (first) writeFileSync(join(cwd, 'first.csv'), read(cwd, 'out.csv'));
    assert.equal(read(cwd, 'out.csv'), read(cwd, 'first.csv'), name);
  }
  const [head, ...rows] = read(cwd, 'first.csv').trimEnd().split('\n');
  assert.equal(head, 'id,step,mean,q0.5,q0.9,q0.95,q0.99,model');
  const steps = rows.map((row) => row.split(',').slice(0, 2).join(' '));
  const expected = [0, 1, 2].flatMap((id) => [1, 2, 3, 4].map((step) => `s-${id} ${step}`));
  assert.deepEqual(steps, expected);
  for (const row of rows) {
    const [mean, ...quantiles] = row.replace(/"[^"]*"$/, '').split(',').slice(2, 7).map(Number);
    assert.ok(mean > 10 && mean < 45, row);
    assert.deepEqual(quantiles, quantiles.toSorted((a, b) => a - b), row);
  }
});

test('one thread and three write the same bytes, in the order of the file', async () => {
  const cwd = directory({ 's.csv': wide(60) });
  for (const workers of ['1', '3']) {
    const args = ['--series', 's.csv', '--workers', workers, '--out', `${workers}.csv`];
    const { code, err } = await run(args, cwd);
    assert.deepEqual([code, err], [0, '']);
  }
  const text = read(cwd, '1.csv');
  assert.equal(read(cwd, '3.csv'), text);
  const rows = text.trimEnd().split('\n').slice(1);
  const expected = Array.from({ length: 60 }, (_, id) => Array(2 + (id % 3)).fill(`s-${id}`)).flat();
  assert.deepEqual(rows.map((row) => row.split(',')[0]), expected);
});

test('a bad series is told and the others are forecast', async () => {
  const bad = 'x,D,2,7,1 2 many 4,\ny,D,0,7,1 2 3,\nz,D,2,7\n';
  const good = wide(2);
  const cwd = directory({ 's.csv': good + bad, 'good.csv': good });
  assert.equal((await run(['--series', 'good.csv', '--out', 'good.out'], cwd)).code, 0);
  const { code, err } = await run(['--series', 's.csv', '--out', 'out.csv'], cwd);
  assert.equal(code, 1);
  assert.match(err, /^series x: s\.csv:4: column train\[2\]: expected a number .*, got many$/m);
  assert.match(err, /^series y: s\.csv:5: column h: expected a horizon from 1 to 10000, got 0$/m);
  assert.match(err, /^s\.csv:6: expected 6 cells as in the header, got 4: z,D,2,7$/m);
  assert.match(err, /^2 series have a forecast, 3 have none: see above$/m);
  assert.equal(read(cwd, 'out.csv'), read(cwd, 'good.out'));
});

test('what cannot be done at all is said, and nothing is written', async () => {
  const cwd = directory({
    's.csv': wide(1),
    'broken.gz': Buffer.from([0x1f, 0x8b, 1, 2, 3]),
    'stock.csv': 'sku,on_hand\na,1\n',
    'all-bad.csv': 'id,h,train\na,1,x\n',
    'long.csv': long(1),
  });
  for (const [args, expected] of [
    [['--series', 'absent.csv', '--out', 'o'], /absent\.csv: expected a file that can be read/],
    [['--series', 'broken.gz', '--out', 'o'], /broken\.gz: expected a file that gzip can unpack/],
    [['--series', 'stock.csv', '--out', 'o'], /stock\.csv:1: expected columns id, train .* or id, date, value/],
    [['--series', 'all-bad.csv', '--out', 'o'], /all-bad\.csv: expected a series that can be read/],
    [['--series', 'long.csv', '--out', 'o'], /long\.csv:1: column h: expected a horizon/],
    [['--series', 's.csv', '--out', 's.csv'], /s\.csv: expected a file of its own/],
    [['--series', 's.csv', '--out', 'o', '--horizon', '0'], /--horizon/],
    [['--series', 's.csv', '--out', 'o', '--season', '2.5'], /--season/],
    [['--series', 's.csv', '--out', 'o', '--quantiles', '0.9,x'], /--quantiles/],
    [['--series', 's.csv', '--out', 'o', '--quantiles', '0.9,0.5'], /quantiles`?: expected ascending/],
    [['--series', 's.csv', '--out', 'o', '--missing', 'drop'], /--missing/],
    [['--series', 's.csv', '--out', 'o', '--model', 'oracle'], /model/],
    [['--series', 's.csv', '--out', 'o', '--workers', '0'], /--workers/],
  ]) {
    const { code, err } = await run(args, cwd);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, expected);
    assert.doesNotMatch(err, /\n\s+at /);
  }
  assert.deepEqual(readdirSync(cwd).sort(), ['all-bad.csv', 'broken.gz', 'long.csv', 's.csv', 'stock.csv']);
  const { code, err } = await run(['--series', 's.csv', '--out', 'none/o'], cwd);
  assert.deepEqual([code, /none\/o: cannot be written/.test(err)], [3, true]);
});

test('what missing and negative values mean is the caller\'s to say', async () => {
  const train = history(0, 70);
  const line = (values) => `a,1,7,${values.join(' ')}\n`;
  const cwd = directory({
    'zero.csv': `id,h,season,train\n${line(train.with(10, 0).with(20, 0))}`,
    's.csv': `id,h,season,train\n${line(train.with(10, 'NA').with(20, -4))}`,
  });
  assert.equal((await run(['--series', 'zero.csv', '--out', 'zero.out'], cwd)).code, 0);
  const args = ['--series', 's.csv', '--out', 'out.csv', '--missing', 'zero', '--negative', 'zero'];
  const { code, out } = await run(args, cwd);
  assert.equal(code, 0);
  assert.match(out, /^1 missing value /m);
  assert.match(out, /^1 negative value /m);
  assert.equal(read(cwd, 'out.csv'), read(cwd, 'zero.out'));
  const refused = await run([...args.slice(0, 4), '--missing', 'refuse'], cwd);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^series a: /m);
});

test('a column for a model of several names is one cell, and says what was asked for', async () => {
  const cwd = directory({ 's.csv': wide(1) });
  for (const [model, expected] of [
    ['SeasonalNaive', 'seasonal_naive'],
    ['window_mean:6', 'window_mean:6'],
    ['mean:ses+naive', '"mean of ses, naive"'],
  ]) {
    const args = ['--series', 's.csv', '--out', 'o.csv', '--model', model, '--quantiles', '0.5'];
    const { code, err } = await run(args, cwd);
    assert.deepEqual([code, err], [0, ''], model);
    const [head, row] = read(cwd, 'o.csv').split('\n');
    assert.equal(head, 'id,step,mean,q0.5,model');
    assert.equal(row.split(',').slice(4).join(','), expected);
  }
});

test('promotions, prices and stock-outs of a file are used', async () => {
  const days = Array.from({ length: 98 }, (_, day) => day);
  const promo = days.map((day) => Number(day % 10 < 3));
  const train = days.slice(0, 91).map((day) => (20 + (day % 7)) * (1 + promo[day]));
  const line = (id, values, more) => `${id},D,7,7,${values.join(' ')},${more}\n`;
  const head = 'id,freq,h,season,train,promo,in_stock\n';
  const there = days.slice(0, 91).map((day) => Number(day < 88));
  const empty = train.map((value, day) => (day < 88 ? value : 0));
  const cwd = directory({
    's.csv': head + line('told', train, `${promo.join(' ')},`) + line('untold', train, ','),
    'stock.csv': head + line('told', empty, `,${there.join(' ')}`) + line('untold', empty, ','),
  });
  const means = async (name) => {
    const args = ['--series', name, '--out', 'out.csv', '--quantiles', '0.5'];
    assert.equal((await run(args, cwd)).code, 0);
    const rows = read(cwd, 'out.csv').trimEnd().split('\n').slice(1);
    return [rows.slice(0, 7), rows.slice(7)].map((part) => part.map((row) => Number(row.split(',')[2])));
  };
  const [told, untold] = await means('s.csv');
  const miss = (path) =>
    path.reduce((sum, mean, step) => sum + Math.abs(mean - (20 + (step % 7)) * (1 + promo[91 + step])), 0);
  assert.ok(miss(told) < 0.3 * miss(untold), `${told} ${untold}`);
  const [stocked, sold] = await means('stock.csv');
  const sum = (path) => path.reduce((total, mean) => total + mean, 0);
  assert.ok(sum(stocked) > 1.05 * sum(sold), `${stocked} ${sold}`);
});

test('a batch on several threads gives the bits of one call', async () => {
  const engine = await loadEngine();
  const all = Array.from({ length: 40 }, (_, series) => history(series, 60 + series));
  const offsets = Uint32Array.from([0, ...all.map((_, at) => all.slice(0, at + 1).flat().length)]);
  const options = { horizon: 3, season_length: 7, quantiles: [0.5, 0.9] };
  const batch = { values: Float64Array.from(all.flat()), offsets };
  batch.values[offsets[17]] = Infinity;
  const columns = engine.forecastBatch(batch, options);
  const seen = [];
  for (const workers of [1, 2, 5]) {
    const onProgress = (done, of) => seen.push([workers, done, of]);
    const result = await forecastInWorkers(batch, options, { workers, onProgress });
    assert.deepEqual(result.mean, columns.mean);
    assert.deepEqual(result.quantiles, columns.quantiles);
    assert.deepEqual(result.models, columns.models);
    assert.deepEqual(result.model_of, columns.model_of);
    assert.deepEqual(result.problems, columns.problems);
    assert.deepEqual([...result.offsets], Array.from({ length: 41 }, (_, at) => at * 3));
    assert.deepEqual(seen.at(-1), [workers, 40, 40]);
  }
  assert.ok(seen.filter(([workers]) => workers === 5).length > 1, 'one piece for five workers');
  assert.equal(batch.values.length, all.flat().length, "the caller's columns were taken away");
});

test('each series has the horizon and season that the batch says', async () => {
  const engine = await loadEngine();
  const file = { name: 's.csv', bytes: Buffer.from(wide(7)) };
  const table = engine.readSeries(file, {});
  assert.deepEqual([...table.horizons], [2, 3, 4, 2, 3, 4, 2]);
  const options = { quantiles: [0.5, 0.9] };
  const result = await forecastInWorkers(table, options, { workers: 2 });
  assert.deepEqual([...result.offsets], [0, 2, 5, 9, 11, 14, 18, 20]);
  for (const [index, horizon] of table.horizons.entries()) {
    const values = table.values.slice(table.offsets[index], table.offsets[index + 1]);
    const own = { ...options, horizon, season_length: 7, longer_seasons: [365.25] };
    const alone = engine.forecast({ values }, own);
    const [start, end] = result.offsets.slice(index, index + 2);
    assert.deepEqual([...result.mean.slice(start, end)], alone.mean);
    const paths = alone.quantiles.flatMap((path) => path.values);
    assert.deepEqual([...result.quantiles.slice(start * 2, end * 2)], paths);
  }
});

test('threads refuse, fail and are ended like any other call', async () => {
  const batch = { values: Float64Array.from(history(0, 70)), offsets: Uint32Array.of(0, 70) };
  await assert.rejects(forecastInWorkers(batch, { colour: 'red' }), { name: 'EngineError' });
  const unknown = { horizon: 1, model: 'oracle' };
  await assert.rejects(forecastInWorkers(batch, unknown), { name: 'EngineError', code: 'document_invalid' });
  const workerUrl = new URL('absent.js', import.meta.url);
  await assert.rejects(forecastInWorkers(batch, { horizon: 1 }, { workerUrl }), /absent\.js/);
  const signal = AbortSignal.abort(new Error('no longer wanted'));
  await assert.rejects(forecastInWorkers(batch, { horizon: 1 }, { signal }), /no longer wanted/);
  const empty = await forecastInWorkers({ values: new Float64Array(0), offsets: Uint32Array.of(0) }, {});
  assert.deepEqual([empty.mean.length, empty.models], [0, []]);
});

