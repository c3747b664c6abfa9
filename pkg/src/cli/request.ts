/** What `allocate` and `compare` work on: files of needs, offers and terms, or one JSON document. */
import type {
  BasketInstance,
  SourcingFiles,
  SourcingOptions,
  SourcingRequest,
  TableFile,
} from '../../types/engine.js';
import type { Engine } from '../engine.js';
import { UsageError } from './failure.js';
import { readInput, unpack } from './files.js';
import { numberOption, type Given, type Option } from './options.js';

/** The options that name those files, and what else holds for all of them. */
export const REQUEST_OPTIONS: Record<string, Option> = {
  needs: { value: 'FILE', help: 'What has to be bought: sku,quantity,need_by,...' },
  offers: { value: 'FILE', help: 'What suppliers offer: offer,supplier,sku,...' },
  terms: { value: 'FILE', help: 'What suppliers ask of whole orders: supplier,...' },
  'exchange-rates': {
    value: 'FILE',
    help: 'What other currencies are worth: from,to,rate,date; without it, there is one currency',
  },
  options: { value: 'FILE', help: 'A JSON document of further SourcingOptions' },
  today: { value: 'DAY', help: 'The day of ordering, such as 2026-11-21; today if left out' },
  time: { value: 'TIME', help: 'The time of that day in UTC, such as 10:30, for cut-offs' },
};

/** Whether files of needs and offers are given, or none of them. */
export function namesTables(given: Given): boolean {
  const { needs, offers, terms, 'exchange-rates': rates } = given.values;
  if (needs !== undefined && offers !== undefined) return true;
  if ((needs ?? offers ?? terms ?? rates) === undefined) return false;
  throw new UsageError('expected --needs FILE and --offers FILE together');
}

/** The files that the options name, read by the engine. */
export async function readTables(engine: Engine, given: Given): Promise<SourcingRequest> {
  const { needs = '', offers = '', terms, 'exchange-rates': rates } = given.values;
  const optional = async (name: 'terms' | 'exchange_rates', path: string | undefined) =>
    path === undefined ? {} : { [name]: await readTable(path) };
  const files: SourcingFiles = {
    needs: await readTable(needs),
    offers: await readTable(offers),
    ...(await optional('terms', terms)),
    ...(await optional('exchange_rates', rates)),
  };
  return withOptions(engine.readSourcing(files, dayOf(given)), given);
}

/** A JSON document: a basket of whole numbers, or needs, offers, terms and options. */
export async function readDocument(path: string): Promise<BasketInstance | SourcingRequest> {
  const { bytes } = await readTable(path);
  try {
    // The engine checks the rest, as it knows what it reads.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as BasketInstance;
  } catch (error) {
    throw new UsageError(`${path}: expected a JSON document, got ${(error as Error).message}`);
  }
}

/** Which of the two it is. */
export function isRequest(document: BasketInstance | SourcingRequest): document is SourcingRequest {
  return typeof document === 'object' && document !== null && 'needs' in document;
}

/** The document in the words of needs, offers and terms. */
export async function asRequest(
  engine: Engine,
  document: BasketInstance | SourcingRequest,
  given: Given,
): Promise<SourcingRequest> {
  const request = isRequest(document) ? document : engine.instanceRequest(document, dayOf(given));
  return withOptions(request, given);
}

async function withOptions(request: SourcingRequest, given: Given): Promise<SourcingRequest> {
  const { options: path, time } = given.values;
  const further =
    path === undefined ? {} : ((await readDocument(path)) as unknown as Partial<SourcingOptions>);
  const steps =
    given.values['steps'] === undefined
      ? {}
      : { steps: numberOption(given, 'steps', 0, { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true }) };
  const { today } = given.values;
  return {
    ...request,
    options: {
      ...request.options,
      ...further,
      ...(today === undefined ? {} : { today }),
      ...(time === undefined ? {} : { time }),
      ...steps,
    },
  };
}

async function readTable(path: string): Promise<TableFile> {
  return unpack(await readInput(path));
}

/** The day that was given, or the one that it is here. */
export function dayOf(given: Given): string {
  const now = new Date();
  const two = (number: number) => String(number).padStart(2, '0');
  const here = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return given.values['today'] ?? here;
}

/** Columns of files that nobody read. */
export function ignoredNotes(request: SourcingRequest): string[] {
  return Object.entries(request.ignored_columns ?? {}).map(
    ([file, columns]) => `${file}: not read: ${columns.join(', ')}`,
  );
}
