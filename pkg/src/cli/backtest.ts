/** `replenish backtest`: recorded demand replayed under our policies and others'. */
import { basename } from 'node:path';
import type {
  BacktestOptions,
  BacktestSupply,
  LeadTime,
  SeriesTable,
  TableFile,
} from '../../types/engine.js';
import { loadEngine } from '../load-node.js';
import { against, backtestPage, change, POLICY_NAMES, type MeasuredSet } from '../report/backtest.js';
import { CheckFailed, describe, UsageError } from './failure.js';
import { readInput, refuseOverlaps, unpack, writeOutputs } from './files.js';
import { helpText, numberOption, readOptions, type Given, type Usage } from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage:
    'replenish backtest --series FILE [--lead-time N] [--review N] [--out FILE] | --results FILE --out FILE',
  about:
    'Replays recorded demand under our policies and others\u2019, and says which goes short less often\n' +
    'at the same stock value. The file is as for `replenish forecast`; columns promo and closed are\n' +
    'known beforehand, a unit is worth the middle of its prices (column price), or 1. The last third\n' +
    'of the record is the test, at most a year. Products whose record is too short, or who ran out\n' +
    'of stock (column in_stock) while replayed, are left out.',
  options: {
    series: { value: 'FILE', help: 'The records' },
    'lead-time': {
      value: 'N|N:P,...',
      help: 'Periods from a review to the one before whose customers goods arrive, such as 2 or 2:0.9,3:0.1 (1)',
    },
    review: { value: 'N', help: 'Periods from one review to the next (1)' },
    pack: { value: 'N', help: 'Orders are multiples of it (1)' },
    'minimum-order': { value: 'N', help: 'The smallest order (0)' },
    'shelf-life': { value: 'N', help: 'Periods for which a unit can be sold; for ever when left out' },
    season: { value: 'M', help: 'Periods in a season; as the file says when left out' },
    missing: { value: 'WORD', help: 'What a missing value is: zero, or refuse (refuse)' },
    tuning: { value: 'N', help: 'Periods before the test in which dials are chosen' },
    test: { value: 'N', help: 'Periods of the test' },
    draws: { value: 'N', help: 'Draws for the intervals (500)' },
    seed: { value: 'N', help: 'Where chance starts (1)' },
    out: { value: 'FILE', help: 'Write a report as one HTML file' },
    json: { value: 'FILE', help: 'Write everything that was measured as JSON' },
    results: { value: 'FILE', help: 'Write the report on what --json wrote before' },
  },
};

export async function backtest(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const { series, results, out, json } = given.values;
  if ((series === undefined) === (results === undefined)) {
    throw new UsageError(`expected --series FILE or --results FILE\nUsage: ${USAGE.usage}`);
  }
  const input = String(series ?? results);
  await refuseOverlaps([input], [out, json]);
  const file = await readInput(input);
  const sets = series === undefined ? readResults(file) : [await measure(file, given, print)];
  const files = [];
  if (out !== undefined) {
    files.push({ path: out, content: backtestPage('What policies are worth', sets) });
  }
  if (json !== undefined) files.push({ path: json, content: JSON.stringify(sets, null, 1) });
  await writeOutputs(files);
  for (const set of sets) summarize(set, print);
  for (const { path } of files) print.line(`written: ${path}`);
}

async function measure(file: TableFile, given: Given, print: Printer): Promise<MeasuredSet> {
  const engine = await loadEngine();
  // Nothing is forecast beyond the record here.
  const table = engine.readSeries(await unpack(file), { horizon: 1 });
  for (const { id, ...problem } of table.problems) {
    const words = describe({ ...problem, path: problem.column });
    print.problem(id === '' ? words : `series ${id}: ${words}`);
  }
  if (table.ids.length === 0) throw new UsageError(`${file.name}: expected a series that can be read`);
  const season = given.values['season'] === undefined
    ? (table.season_lengths[0] ?? 1)
    : numberOption(given, 'season', 1, { least: 1, most: 1_000_000, whole: true });
  const options = engine.backtestOptions(season, middleLength(table));
  const whole = { least: 1, most: 100_000, whole: true };
  options.review_period = numberOption(given, 'review', 1, whole);
  options.tuning = numberOption(given, 'tuning', options.tuning, whole);
  options.test = numberOption(given, 'test', options.test, whole);
  options.replicates = numberOption(given, 'draws', options.replicates, whole);
  options.seed = numberOption(given, 'seed', 1, { least: 0, most: 4_294_967_295, whole: true });
  if (options.test < 4 * options.block) options.block = Math.max(1, Math.floor(options.test / 4));
  const supply: BacktestSupply = {
    lead_time: leadTime(given.values['lead-time'] ?? '1'),
    pack: numberOption(given, 'pack', 1, { least: 1e-9, most: 1e9, whole: false }),
    minimum_order: numberOption(given, 'minimum-order', 0, { least: 0, most: 1e9, whole: false }),
  };
  if (given.values['shelf-life'] !== undefined) {
    supply.shelf_life = numberOption(given, 'shelf-life', 1, whole);
  }
  const missing = given.values['missing'] ?? 'refuse';
  if (missing === 'zero') {
    table.values.forEach((value, at) => {
      if (Number.isNaN(value)) table.values[at] = 0;
    });
  } else if (missing !== 'refuse') {
    throw new UsageError(`expected --missing to be zero or refuse, got \`${missing}\``);
  }
  const begin = performance.now();
  const all = table.ids.length;
  const { result, left_out } = engine.backtest(table, { ids: table.ids, supply, options }, (done) => {
    const left = Math.ceil(((performance.now() - begin) / 1000 / done) * (all - done));
    print.progress(`replaying: ${done} of ${all} products, ${left} s left`);
  });
  for (const { id, message } of left_out.slice(0, 5)) print.problem(`left out: ${id}: ${message}`);
  if (left_out.length > 5) print.problem(`left out: ${left_out.length - 5} more`);
  if (result === null) throw new CheckFailed('no product could be replayed: see above');
  return {
    set: basename(file.name),
    about: about(table, given, options),
    left_out: byCode(left_out),
    result,
  };
}

function about(table: SeriesTable, given: Given, options: Required<BacktestOptions>): MeasuredSet['about'] {
  const priced = table.regressors.some(({ kind }) => kind === 'price');
  const { review, pack } = { review: options.review_period, pack: given.values['pack'] ?? '1' };
  const perishes = given.values['shelf-life'];
  return {
    title: `${table.ids.length} series`,
    period: `the last ${options.test} periods of each record, dials chosen on the ${options.tuning} before`,
    demand: 'as recorded',
    value: priced ? 'the middle of the recorded prices' : '1 for every unit',
    supply:
      `assumed for all products: lead time ${given.values['lead-time'] ?? '1'}, ordered every ${review} periods, packs of ${pack}` +
      (perishes === undefined ? '' : `, a shelf life of ${perishes} periods`),
    synthetic: false,
  };
}

/** The middle of the records' lengths, which decides how they are divided. */
function middleLength({ offsets, ids }: SeriesTable): number {
  const lengths = ids.map((_, at) => (offsets[at + 1] ?? 0) - (offsets[at] ?? 0));
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
}

/** `2`, or `2:0.9,3:0.1` for a lead time of two periods, one time in ten of three. */
function leadTime(text: string): LeadTime {
  const refuse = () =>
    new UsageError(`expected --lead-time such as 2 or 2:0.9,3:0.1, got \`${text}\``);
  if (/^\d{1,4}$/.test(text)) return { type: 'fixed', periods: Number(text) };
  const outcomes = text.split(',').map((part) => {
    const found = /^(\d{1,4}):(\d*\.?\d+)$/.exec(part.trim());
    if (found === null) throw refuse();
    return { periods: Number(found[1]), probability: Number(found[2]) };
  });
  if (outcomes.some(({ probability }) => probability > 1)) throw refuse();
  return { type: 'empirical', outcomes };
}

function readResults({ name, bytes }: TableFile): MeasuredSet[] {
  try {
    const sets: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const known = (set: Partial<MeasuredSet>) => set.result?.comparisons && set.about && set.left_out;
    if (Array.isArray(sets) && sets.length > 0 && sets.every(known)) return sets as MeasuredSet[];
  } catch {
    // Said below, like everything else that is no such file.
  }
  throw new UsageError(`${name}: expected what \`replenish backtest --json\` writes`);
}

function byCode(left_out: readonly { id: string; code: string; message: string }[]) {
  const counts = new Map<string, { code: string; count: number; first: string }>();
  for (const { id, code, message } of left_out) {
    const found = counts.get(code) ?? { code, count: 0, first: `${id}: ${message}` };
    counts.set(code, { ...found, count: found.count + 1 });
  }
  return [...counts.values()];
}

function summarize({ set, result }: MeasuredSet, print: Printer): void {
  print.line(print.strong(`${set}: emergency lines at equal stock value, 90 % interval`));
  for (const { baseline, ratio, interval, worse, comparable } of against(
    result.comparisons,
    'marginal_value',
  )) {
    const name = `against ${POLICY_NAMES[baseline]}`.padEnd(34);
    const note = worse.length > 0 ? `  not fewer at ${worse.length} of ${comparable} settings` : '';
    print.line(`  ${name} ${change(ratio, interval)}${note}`);
  }
}
