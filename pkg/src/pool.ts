/** Many threads, each with an engine of its own, for one batch: the same bits as one thread. */
import type { ForecastOptions } from '../types/engine.js';
import {
  answerBatch,
  buffersOf,
  countSeries,
  Names,
  pickSeries,
  type BatchForecast,
  type ForecastBatch,
} from './batch.js';
import type { Engine } from './engine.js';
import { EngineError } from './error.js';

/** How a batch is shared out. */
export interface PoolSettings {
  /** How many threads, at most; as many as the machine has processors when left out. */
  workers?: number | undefined;
  /** The worker's program, where it is not found beside this package's own files. */
  workerUrl?: URL | string | undefined;
  /** Ends the work early. */
  signal?: AbortSignal | undefined;
  /** Told after every piece how many series are done. */
  onProgress?: ((done: number, all: number) => void) | undefined;
}

/** Forecasts of some consecutive series of a batch. */
export interface BatchPiece {
  /** The first of its series, counted from 0. */
  first: number;
  forecast: BatchForecast;
}

/** Another thread that answers one message after the other. */
export interface Port {
  ask(message: Question, transfer: ArrayBuffer[]): Promise<Answer>;
  end(): void;
}

/** How a runtime starts threads, and how many it can use. */
export interface Threads {
  start(workerUrl: URL | string | undefined): Port;
  processors(): number;
}

/** What a worker is asked. */
export interface Question {
  batch: ForecastBatch;
  options: ForecastOptions;
}

/** What a worker answers. */
export type Answer =
  | { forecast: BatchForecast }
  | { error: Pick<EngineError, 'code' | 'message' | 'problems'> };

/** A piece is no smaller, in periods, so that a thread has more to do than to hand it over. */
const SMALLEST_PIECE = 1000;
/** A piece is no larger, so that progress is seen and memory is bounded. */
const LARGEST_PIECE = 100_000;
/** Pieces for each thread, so that those with the quick series do not wait for the others. */
const PIECES_PER_WORKER = 8;

/**
 * Forecasts a batch on several threads, piece by piece in the order of its series.
 *
 * A piece's figures do not depend on how the batch was cut, nor on which thread answered.
 */
export async function* forecastPieces(
  threads: Threads,
  batch: ForecastBatch,
  options: ForecastOptions,
  settings: PoolSettings,
): AsyncGenerator<BatchPiece, void, void> {
  const { signal, onProgress, workerUrl } = settings;
  const wanted = Math.max(1, settings.workers ?? threads.processors());
  const pieces = cut(batch, wanted);
  const ports = pieces.slice(0, wanted).map(() => threads.start(workerUrl));
  const stop = () => ports.forEach((port) => port.end());
  signal?.addEventListener('abort', stop);
  try {
    const idle = [...ports];
    const waiting: ((port: Port) => void)[] = [];
    const run = async (members: number[]): Promise<BatchForecast> => {
      const port = idle.pop() ?? (await new Promise<Port>((resolve) => waiting.push(resolve)));
      signal?.throwIfAborted();
      const part = pickSeries(batch, members);
      const answer = await port.ask({ batch: part, options }, buffersOf(part));
      const next = waiting.shift();
      if (next) next(port);
      else idle.push(port);
      if ('forecast' in answer) return answer.forecast;
      const { code, message, problems } = answer.error;
      throw new EngineError(code, message, problems);
    };
    // Far enough ahead that nobody idles while one piece takes long, and no further.
    const ahead = ports.length * PIECES_PER_WORKER;
    const asked = new Map<number, Promise<BatchForecast>>();
    let [next, done] = [0, 0];
    for (const [at, members] of pieces.entries()) {
      for (; next < Math.min(pieces.length, at + ahead); next++) {
        const answer = run(pieces[next] ?? []);
        // Each is awaited in its turn, so a failure before it must not count as forgotten.
        answer.catch(() => undefined);
        asked.set(next, answer);
      }
      const forecast = await asked.get(at);
      if (forecast === undefined) throw new Error('every piece was asked for before its turn');
      asked.delete(at);
      done += members.length;
      onProgress?.(done, countSeries(batch));
      yield { first: members[0] ?? 0, forecast };
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** All forecasts of a batch, made on several threads. */
export async function forecastOn(
  threads: Threads,
  batch: ForecastBatch,
  options: ForecastOptions,
  settings: PoolSettings,
): Promise<BatchForecast> {
  const parts: BatchForecast[] = [];
  for await (const { forecast } of forecastPieces(threads, batch, options, settings)) {
    parts.push(forecast);
  }
  return joinForecasts(parts);
}

/** A worker's whole work: one question, one answer, and the memory that goes with it. */
export function answerQuestion(
  engine: Engine,
  { batch, options }: Question,
): { answer: Answer; transfer: ArrayBuffer[] } {
  try {
    const forecast = answerBatch(engine, batch, options);
    return { answer: { forecast }, transfer: buffersOf(forecast) };
  } catch (thrown) {
    const { code, message, problems } = thrown instanceof EngineError ? thrown : EngineError.from(thrown);
    return { answer: { error: { code, message, problems } }, transfer: [] };
  }
}

/** The series of a batch in consecutive pieces of about as many periods each. */
function cut(batch: ForecastBatch, workers: number): number[][] {
  const even = batch.values.length / (workers * PIECES_PER_WORKER);
  const size = Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, even));
  const pieces: number[][] = [];
  let [open, held]: [number[], number] = [[], 0];
  for (let index = 0; index < countSeries(batch); index++) {
    open.push(index);
    held += (batch.offsets[index + 1] ?? 0) - (batch.offsets[index] ?? 0);
    if (held >= size) {
      pieces.push(open);
      [open, held] = [[], 0];
    }
  }
  if (open.length > 0) pieces.push(open);
  return pieces;
}

/** Puts the forecasts of a batch's pieces together again. */
function joinForecasts(parts: readonly BatchForecast[]): BatchForecast {
  const total = (size: (part: BatchForecast) => number) =>
    parts.reduce((sum, part) => sum + size(part), 0);
  const names = new Names();
  const joined: BatchForecast = {
    offsets: new Uint32Array(total(countSeries) + 1),
    mean: new Float64Array(total(({ mean }) => mean.length)),
    quantiles: new Float64Array(total(({ quantiles }) => quantiles.length)),
    models: names.all,
    model_of: new Int32Array(total(countSeries)),
    problems: [],
  };
  let [series, mean, quantiles] = [0, 0, 0];
  for (const part of parts) {
    const [first, start] = [series, mean];
    joined.offsets.set(part.offsets.map((offset) => offset + start), first);
    const numbers = names.numbers(part.models);
    joined.model_of.set(part.model_of.map((model) => numbers[model] ?? -1), first);
    joined.mean.set(part.mean, mean);
    joined.quantiles.set(part.quantiles, quantiles);
    for (const problem of part.problems) {
      joined.problems.push({ ...problem, index: problem.index + first });
    }
    series += countSeries(part);
    mean += part.mean.length;
    quantiles += part.quantiles.length;
  }
  return joined;
}
