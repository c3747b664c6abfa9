import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ForecastOptions } from '../types/engine.js';
import type { BatchForecast, ForecastBatch } from './batch.js';
import { forecastOn, type Answer, type PoolSettings, type Port, type Threads } from './pool.js';

/** Forecasts many series on several threads; see `workers.ts`, which does so in browsers. */
export function forecastInWorkers(
  batch: ForecastBatch,
  options: ForecastOptions,
  settings: PoolSettings = {},
): Promise<BatchForecast> {
  return forecastOn(NODE_THREADS, batch, options, settings);
}

export const NODE_THREADS: Threads = {
  processors: availableParallelism,
  start: (workerUrl = new URL('./worker-node.js', import.meta.url)): Port => {
    const worker = new Worker(typeof workerUrl === 'string' ? new URL(workerUrl) : workerUrl);
    let refuse = (_: Error) => {};
    let settle = (_: Answer) => {};
    worker.on('message', (answer: Answer) => settle(answer));
    worker.on('error', (error) => refuse(error));
    worker.on('exit', () => refuse(new Error('the worker was ended')));
    return {
      ask: (question, transfer) =>
        new Promise<Answer>((resolve, reject) => {
          [settle, refuse] = [resolve, reject];
          worker.postMessage(question, transfer);
        }),
      end: () => void worker.terminate(),
    };
  },
};
