/** `replenish forecast`: many series from one file, their forecasts into another. */
import type { ForecastOptions, SeriesTable, SeriesTableOptions } from '../../types/engine.js';
import type { BatchForecast } from '../batch.js';
import { loadEngine } from '../load-node.js';
import { shortModel } from '../model.js';
import { forecastPieces } from '../pool.js';
import { NODE_THREADS } from '../workers-node.js';
import { CheckFailed, describe, UsageError } from './failure.js';
import { readInput, refuseOverlaps, unpack } from './files.js';
import {
  helpText,
  numberOption,
  PERIODS,
  readOptions,
  wordOption,
  type Given,
  type Usage,
} from './options.js';
import type { Printer } from './print.js';
import { writeParts } from './stream.js';

const USAGE: Usage = {
  usage:
    'replenish forecast --series FILE --out FILE [--horizon H] [--season M[,M2]] [--quantiles P,...] [--model NAME]',
  about:
    'Forecasts every series of a file. Either one series a line, id,train,h,season,... with the\n' +
    'history as numbers separated by spaces, oldest first, NA for a missing one; or one period a\n' +
    'line, id,date,value. Columns promo, closed, price, deal, feat and in_stock are used.\n' +
    'A file may be compressed by gzip. A series that cannot be forecast is told and left out; the\n' +
    'exit code is then 1.',
  options: {
    series: { value: 'FILE', help: 'The series', required: true },
    out: { value: 'FILE', help: 'The forecasts: id,step,mean,q0.5,...,model', required: true },
    horizon: { value: 'H', help: 'Periods to forecast; column h when left out' },
    season: {
      value: 'M[,M2]',
      help: 'Periods in a season, and in longer ones; column season or the usual one when left out',
    },
    quantiles: { value: 'P,...', help: 'Probabilities of the quantiles (0.5,0.9,0.95,0.99)' },
    model: {
      value: 'NAME',
      help: 'One model for every series, or several: mean:A+B, median:A+B, weighted:A+B (auto)',
    },
    missing: { value: 'WORD', help: 'What a missing value is: unknown, zero or refuse (unknown)' },
    negative: { value: 'WORD', help: 'What becomes of a negative one: keep, zero or refuse (keep)' },
    period: { value: 'WORD', help: 'How far dates are apart: day, week, month, quarter or year' },
    workers: { value: 'N', help: 'Threads; as many as there are processors when left out' },
  },
};

const QUANTILES = [0.5, 0.9, 0.95, 0.99];
const MISSING = ['unknown', 'zero', 'refuse'] as const;
const NEGATIVE = ['keep', 'zero', 'refuse'] as const;

export async function forecast(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const { reading, options, workers } = wishes(given);
  const [path, out] = [String(given.values['series']), String(given.values['out'])];
  await refuseOverlaps([path], [out]);

  print.progress('reading');
  const file = await unpack(await readInput(path));
  const engine = await loadEngine();
  const table = engine.readSeries(file, reading);
  for (const { id, ...problem } of table.problems) {
    print.problem(tell(id, describe({ ...problem, path: problem.column })));
  }
  if (table.ids.length === 0) throw new UsageError(`${path}: expected a series that can be read`);

  const models = new Map<string, number>();
  let answered = 0;
  await writeParts(out, async (sink) => {
    await sink(`id,step,mean,${options.quantiles?.map((p) => `q${p},`).join('')}model\n`);
    const begin = performance.now();
    const onProgress = (done: number, all: number) =>
      print.progress(progress(done, all, (performance.now() - begin) / 1000));
    const settings = { workers, onProgress };
    for await (const { first, forecast } of forecastPieces(NODE_THREADS, table, options, settings)) {
      for (const { index, message } of forecast.problems) {
        print.problem(tell(table.ids[first + index] ?? '', message));
      }
      for (const model of forecast.model_of) {
        const name = forecast.models[model];
        if (name === undefined) continue;
        answered += 1;
        models.set(shortModel(name), (models.get(shortModel(name)) ?? 0) + 1);
      }
      await sink(rows(forecast, table.ids, first));
    }
    if (answered === 0) throw new UsageError(`${path}: expected a series that can be forecast`);
  });
  summarize(table, models, print);
  print.line(`written: ${out}`);
  const bad = table.problems.length + table.ids.length - answered;
  if (bad > 0) {
    throw new CheckFailed(`${answered} series have a forecast, ${bad} have none: see above`);
  }
}

/** What the command line asks for. */
function wishes(given: Given) {
  const reading: SeriesTableOptions = {};
  const options: ForecastOptions = {
    quantiles: numbers(given, 'quantiles') ?? QUANTILES,
    missing: wordOption(given, 'missing', MISSING) ?? 'unknown',
    negative: wordOption(given, 'negative', NEGATIVE) ?? 'keep',
  };
  if (given.values['horizon'] !== undefined) {
    reading.horizon = numberOption(given, 'horizon', 1, { least: 1, most: 10_000, whole: true });
  }
  const [season, ...longer] = numbers(given, 'season') ?? [];
  if (season !== undefined) {
    if (!Number.isSafeInteger(season) || season < 1) {
      throw new UsageError(`expected --season to begin with a whole number, got \`${season}\``);
    }
    reading.season_length = season;
  }
  if (longer.length > 0) options.longer_seasons = longer;
  const period = wordOption(given, 'period', PERIODS);
  if (period !== undefined) reading.period = period;
  const model = given.values['model'];
  // The engine knows its models' names and refuses others.
  if (model !== undefined) options.model = model;
  const workers =
    given.values['workers'] === undefined
      ? undefined
      : numberOption(given, 'workers', 1, { least: 1, most: 256, whole: true });
  return { reading, options, workers };
}

/** The numbers of an option, separated by commas. */
function numbers(given: Given, name: string): number[] | undefined {
  const text = given.values[name];
  return text?.split(',').map((part) => {
    const number = /^\s*\d*\.?\d+\s*$/.test(part) ? Number(part) : NaN;
    if (Number.isFinite(number)) return number;
    throw new UsageError(`expected --${name} to be numbers separated by commas, got \`${text}\``);
  });
}

/** The rows of some series; numbers are written so that reading them gives the same bits. */
function rows(forecast: BatchForecast, ids: string[], first: number) {
  const { offsets, mean, quantiles, models, model_of } = forecast;
  const paths = mean.length === 0 ? 0 : quantiles.length / mean.length;
  let text = '';
  const names = models.map(quoted);
  model_of.forEach((model, index) => {
    const name = names[model];
    if (name === undefined) return;
    const [start = 0, end = 0] = [offsets[index], offsets[index + 1]];
    const id = quoted(ids[first + index] ?? '');
    for (let step = 0; step < end - start; step++) {
      text += `${id},${step + 1},${mean[start + step]}`;
      for (let path = 0; path < paths; path++) {
        text += `,${quantiles[start * paths + path * (end - start) + step]}`;
      }
      text += `,${name}\n`;
    }
  });
  return text;
}

/** A cell as it is: what reads the forecasts finds its series by their ids. */
function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tell(id: string, message: string): string {
  return id === '' ? message : `series ${id}: ${message}`;
}

function progress(done: number, all: number, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const left = Math.ceil((all - done) / rate);
  return `forecasting: ${done} of ${all} series, ${rate.toFixed(0)} a second, ${left} s left`;
}

function summarize(
  table: SeriesTable,
  models: ReadonlyMap<string, number>,
  print: Printer,
): void {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (table.period !== null) print.line(`one value a ${table.period}, by the dates`);
  if (table.ignored_columns.length > 0) {
    print.line(`columns not read: ${table.ignored_columns.join(', ')}`);
  }
  const missing = table.values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
  const negative = table.values.reduce((sum, value) => sum + Number(value < 0), 0);
  if (missing > 0) {
    print.line(`${count(missing, 'missing value')} (--missing says what they mean)`);
  }
  if (negative > 0) {
    print.line(`${count(negative, 'negative value')} (--negative says what becomes of them)`);
  }
  for (const [model, series] of [...models].sort(([, a], [, b]) => b - a)) {
    print.line(`${String(series).padStart(8)} ${model}`);
  }
}
