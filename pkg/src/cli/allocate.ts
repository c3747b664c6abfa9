/** `replenish allocate`: what to buy from whom, so that the whole basket costs least. */
import type { Allocation, BasketAnswer, SearchBudget } from '../../types/engine.js';
import type { Engine } from '../engine.js';
import { EngineError, type Problem } from '../error.js';
import { loadEngine } from '../load-node.js';
import { printAllocation } from './allocation.js';
import { CheckFailed, describe, UsageError } from './failure.js';
import { helpText, numberOption, readOptions, type Given, type Usage } from './options.js';
import type { Printer } from './print.js';
import {
  asRequest,
  ignoredNotes,
  isRequest,
  namesTables,
  readDocument,
  readTables,
  REQUEST_OPTIONS,
} from './request.js';

const USAGE: Usage = {
  usage:
    'replenish allocate FILE... | --needs FILE --offers FILE [--terms FILE] [--exchange-rates FILE] [--options FILE] [--today DAY] [--steps N] [--json]',
  about:
    'Chooses suppliers and packs for whole baskets so that goods, freight, the cost of ordering and\n' +
    'shortages less the value of surplus are least together, and says how much less they could be.\n' +
    'A file is one JSON document: suppliers, skus and offers in whole numbers, or needs, offers, terms\n' +
    'and options in the words of the engine; or give comma-separated files. All may be compressed\n' +
    'by gzip. A file that cannot be read is told, the others are answered; the exit code is then 1.',
  options: {
    ...REQUEST_OPTIONS,
    steps: {
      value: 'N',
      help: 'How long to search for each file, in steps that are the same everywhere',
    },
    json: { help: 'Print one JSON document a file, with what is bought: [offer, packs]' },
  },
  words: Number.MAX_SAFE_INTEGER,
};

/** An answer, and how long it took. */
interface Timed {
  file: string;
  answer: BasketAnswer | (Omit<Allocation, 'total'> & { objective: string });
  milliseconds: number;
}

export async function allocate(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const tables = namesTables(given);
  if (tables === given.words.length > 0) {
    throw new UsageError(`expected FILE, or --needs FILE and --offers FILE\nUsage: ${USAGE.usage}`);
  }
  if (tables) await allocateTables(given, print);
  else await allocateFiles(given.words, given, print);
}

/** Says who gets what of one basket, and why. */
async function allocateTables(given: Given, print: Printer): Promise<void> {
  const engine = await loadEngine();
  print.progress('allocating');
  const request = await readTables(engine, given);
  const { needs, offers, terms, options } = request;
  const allocation = engine.allocate(needs, offers, terms, options);
  if (given.values['json'] === undefined) printAllocation(allocation, print);
  else print.line(JSON.stringify(allocation));
  for (const note of ignoredNotes(request)) print.problem(note);
  if (allocation.unmet.length > 0) {
    throw new CheckFailed(`${allocation.unmet.length} of ${needs.length} needs are not covered`);
  }
}

/** Answers file by file, each as soon as it is there. */
async function allocateFiles(files: string[], given: Given, print: Printer): Promise<void> {
  const budget = searchBudget(given);
  const show = given.values['json'] === undefined ? table(files, print) : documents(print);
  const engine = await loadEngine();
  let answered = 0;
  for (const [index, file] of files.entries()) {
    print.progress(`allocating: ${index + 1} of ${files.length} files, ${file}`);
    try {
      show(await timed(engine, file, budget, given));
      answered += 1;
    } catch (error) {
      for (const line of told(error, file)) print.problem(line);
    }
  }
  const bad = files.length - answered;
  if (answered === 0) throw new UsageError('expected a file with a basket: see above');
  if (bad > 0) throw new CheckFailed(`${bad} of ${files.length} files have no answer: see above`);
}

function searchBudget(given: Given): SearchBudget | null {
  if (given.values['steps'] === undefined) return null;
  const bounds = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };
  return { steps: numberOption(given, 'steps', 0, bounds) };
}

async function timed(
  engine: Engine,
  file: string,
  budget: SearchBudget | null,
  given: Given,
): Promise<Timed> {
  const document = await readDocument(file);
  const milliseconds = (begin: number) => performance.now() - begin;
  if (isRequest(document)) {
    const { needs, offers, terms, options } = await asRequest(engine, document, given);
    const begin = performance.now();
    const answer = engine.allocate(needs, offers, terms, options);
    const { total, ...rest } = answer;
    return { file, answer: { ...rest, objective: total }, milliseconds: milliseconds(begin) };
  }
  const begin = performance.now();
  const answer = engine.allocateInstance(document, budget);
  return { file, answer, milliseconds: milliseconds(begin) };
}

/** The mistakes of one file, each with its place; what is no mistake of the file is thrown on. */
function told(error: unknown, file: string): string[] {
  if (error instanceof UsageError) return [error.message];
  if (!(error instanceof EngineError) || error.code === 'internal') throw error;
  const within = (problem: Problem) => problem.path.replace(/^instance\b\.?/, '');
  return error.problems.map((problem) => `${file}: ${describe({ ...problem, path: within(problem) })}`);
}

function documents(print: Printer): (timed: Timed) => void {
  return ({ file, answer, milliseconds }) =>
    print.line(JSON.stringify({ file, ...answer, milliseconds: Number(milliseconds.toFixed(3)) }));
}

/** Rows below one another, words left and numbers right. */
function table(files: string[], print: Printer): (timed: Timed) => void {
  const width = Math.max('file'.length, ...files.map((file) => file.length));
  const row = (name: string, status: string, ...numbers: string[]) =>
    [
      name.padEnd(width),
      status.padEnd('proved'.length),
      ...numbers.map((number, column) => number.padStart(WIDTHS[column] ?? 0)),
    ].join('  ');
  let begun = false;
  return ({ file, answer, milliseconds }) => {
    if (!begun) {
      print.line(print.strong(row('file', 'status', 'objective', 'lower bound', 'gap %', 'ms', 'nodes')));
      begun = true;
    }
    const { status, objective, lower_bound, gap, nodes } = answer;
    const [percent, time] = [(gap * 100).toFixed(4), milliseconds.toFixed(1)];
    print.line(row(file, status, String(objective), String(lower_bound), percent, time, String(nodes)));
  };
}

/** Of the columns of numbers. */
const WIDTHS = [11, 11, 8, 9, 8];
