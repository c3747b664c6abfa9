/** Forecasts of many series in columns: what is asked, what is answered, and pieces of both. */
import type { BatchColumns, ForecastOptions } from '../types/engine.js';
import type { Engine } from './engine.js';
import { EngineError } from './error.js';

/** Many series in columns; a `SeriesTable`, as the engine reads it from a file, is one. */
export interface ForecastBatch extends BatchColumns {
  /** Periods to forecast of each series; the options say it where this is absent or empty. */
  horizons?: Uint32Array;
  /** Periods in one season of each series; the options say it where this is absent or empty. */
  season_lengths?: Uint32Array;
  /**
   * Periods in a longer season of each series, 0 for none; the options say it where this is absent
   * or empty.
   */
  longer_seasons?: Float64Array;
}

/** Forecasts of many series in columns. */
export interface BatchForecast {
  /** Where each series begins in `mean`, and at the end where the last one ends. */
  offsets: Uint32Array;
  /** Expected demand, period by period; NaN for a series with a problem. */
  mean: Float64Array;
  /** For each series one path of its horizon for each probability asked for. */
  quantiles: Float64Array;
  /** What was used, each once. */
  models: string[];
  /** Which of `models` was used for each series, -1 for a series with a problem. */
  model_of: Int32Array;
  /** The series that have no forecast. */
  problems: BatchProblem[];
}

/** Why one series of a batch has no forecast. */
export interface BatchProblem {
  /** Which series, counted from 0. */
  index: number;
  /** Stable name of the kind of problem. */
  code: string;
  /** The problem in words. */
  message: string;
}

/** How many series a batch, or a forecast of one, holds. */
export function countSeries({ offsets }: { offsets: Uint32Array }): number {
  return Math.max(0, offsets.length - 1);
}

/** Some series of a batch, as a batch of their own. */
export function pickSeries(batch: ForecastBatch, members: readonly number[]): ForecastBatch {
  const { in_stock, regressors, horizons, season_lengths, longer_seasons } = batch;
  const offsets = pickOffsets(batch.offsets, members);
  const length = offsets.at(-1) ?? 0;
  const values = pick(batch.values, batch.offsets, members, new Float64Array(length));
  const picked: ForecastBatch = { values, offsets };
  if (in_stock) {
    picked.in_stock = pick(in_stock, batch.offsets, members, new Uint8Array(length));
  }
  if (regressors) {
    picked.regressors = regressors.map((column) => {
      const own = pickOffsets(column.offsets, members);
      const space = new Float64Array(own.at(-1) ?? 0);
      return { ...column, values: pick(column.values, column.offsets, members, space), offsets: own };
    });
  }
  if (horizons) picked.horizons = Uint32Array.from(members, (index) => horizons[index] ?? 0);
  if (season_lengths) {
    picked.season_lengths = Uint32Array.from(members, (index) => season_lengths[index] ?? 1);
  }
  if (longer_seasons) {
    picked.longer_seasons = Float64Array.from(members, (index) => longer_seasons[index] ?? 0);
  }
  return picked;
}

function pickOffsets(offsets: Uint32Array, members: readonly number[]): Uint32Array {
  const picked = new Uint32Array(members.length + 1);
  members.forEach((index, at) => {
    picked[at + 1] = (picked[at] ?? 0) + (offsets[index + 1] ?? 0) - (offsets[index] ?? 0);
  });
  return picked;
}

function pick<A extends Float64Array | Uint8Array>(
  values: A,
  offsets: Uint32Array,
  members: readonly number[],
  space: A,
): A {
  let end = 0;
  for (const index of members) {
    const part = values.subarray(offsets[index], offsets[index + 1]);
    space.set(part, end);
    end += part.length;
  }
  return space;
}

/** The memory that a batch, or a forecast of one, can hand over to another thread. */
export function buffersOf(columns: ForecastBatch | BatchForecast): ArrayBuffer[] {
  const arrays =
    'mean' in columns
      ? [columns.offsets, columns.mean, columns.quantiles, columns.model_of]
      : [
          columns.values,
          columns.offsets,
          columns.in_stock,
          columns.horizons,
          columns.season_lengths,
          columns.longer_seasons,
          ...(columns.regressors ?? []).flatMap(({ values, offsets }) => [values, offsets]),
        ];
  return arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
}

/**
 * Forecasts a batch on this thread. Where the engine itself fails, its series are asked one by one,
 * so that the failure costs one series and not the batch.
 */
export function answerBatch(
  engine: Engine,
  batch: ForecastBatch,
  options: ForecastOptions,
): BatchForecast {
  const count = countSeries(batch);
  const parts = sameShape(batch, options).flatMap((shape) => answer(engine, batch, shape, options));
  const answer_of: { part: Part; at: number }[] = new Array(count);
  for (const part of parts) part.members.forEach((index, at) => (answer_of[index] = { part, at }));

  const offsets = new Uint32Array(count + 1);
  answer_of.forEach(({ part }, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + part.horizon;
  });
  const paths = Math.max(0, ...parts.map(({ paths }) => paths));
  const mean = new Float64Array(offsets.at(-1) ?? 0).fill(NaN);
  const quantiles = new Float64Array(mean.length * paths).fill(NaN);
  answer_of.forEach(({ part, at }, index) => {
    const [start, width] = [offsets[index] ?? 0, part.horizon * part.paths];
    mean.set(part.mean.subarray(at * part.horizon, (at + 1) * part.horizon), start);
    quantiles.set(part.quantiles.subarray(at * width, (at + 1) * width), start * paths);
  });
  const names = new Names();
  const model_of = names.numbers(answer_of.map(({ part, at }) => part.models[part.model_of[at] ?? -1]));
  const problems = parts.flatMap((part) =>
    part.problems.map((problem) => ({ ...problem, index: part.members[problem.index] ?? 0 })),
  );
  problems.sort((a, b) => a.index - b.index);
  return { offsets, mean, quantiles, models: names.all, model_of, problems };
}

/** Names, each once, by number. */
export class Names {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of each name, -1 for none. */
  numbers(names: readonly (string | undefined)[]): Int32Array {
    return Int32Array.from(names, (name) => {
      if (name === undefined) return -1;
      const known = this.#numbers.get(name);
      if (known !== undefined) return known;
      this.#numbers.set(name, this.all.length);
      return this.all.push(name) - 1;
    });
  }
}

/** Series that the engine is asked for in one call. */
interface Shape {
  horizon: number | undefined;
  season_length: number | undefined;
  longer_season: number | undefined;
  /** Which series of the batch, ascending. */
  members: number[];
}

/** What the engine answered for some of the series, all of one horizon. */
interface Part extends Omit<BatchForecast, 'offsets'> {
  members: number[];
  horizon: number;
  /** How many quantile paths each series has. */
  paths: number;
}

/** The series of a batch by horizon and season, which the engine takes for all series of a call. */
function sameShape(batch: ForecastBatch, options: ForecastOptions): Shape[] {
  const shapes = new Map<string, Shape>();
  for (let index = 0; index < countSeries(batch); index++) {
    const horizon = batch.horizons?.[index] ?? options.horizon;
    const season_length = batch.season_lengths?.[index] ?? options.season_length;
    const longer_season = batch.longer_seasons?.[index];
    const key = `${horizon} ${season_length} ${longer_season}`;
    const shape = shapes.get(key) ?? { horizon, season_length, longer_season, members: [] };
    shape.members.push(index);
    shapes.set(key, shape);
  }
  return [...shapes.values()];
}

function answer(
  engine: Engine,
  batch: ForecastBatch,
  { members, ...shape }: Shape,
  options: ForecastOptions,
): Part[] {
  const { horizon, season_length, longer_season } = shape;
  const own: ForecastOptions = { ...options };
  if (horizon !== undefined) own.horizon = horizon;
  if (season_length !== undefined) own.season_length = season_length;
  if (longer_season) own.longer_seasons ??= [longer_season];
  try {
    return [{ members, ...callEngine(engine, pickSeries(batch, members), own) }];
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'internal') throw error;
    if (members.length > 1) {
      const alone = (index: number) => ({ ...shape, members: [index] });
      return members.flatMap((index) => answer(engine, batch, alone(index), options));
    }
    const { code, message } = error;
    const none = { mean: new Float64Array(0), quantiles: new Float64Array(0), models: [] };
    const model_of = Int32Array.of(-1);
    const problems = [{ index: 0, code, message }];
    return [{ members, horizon: horizon ?? 0, paths: 0, ...none, model_of, problems }];
  }
}

/** The engine's own call. */
function callEngine(
  engine: Engine,
  batch: ForecastBatch,
  options: ForecastOptions,
): Omit<Part, 'members'> {
  const columns = engine.forecastBatch(batch, options);
  const { mean, quantiles } = columns;
  const paths = mean.length === 0 ? 0 : quantiles.length / mean.length;
  return { horizon: mean.length / Math.max(1, countSeries(batch)), paths, ...columns };
}
