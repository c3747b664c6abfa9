import type { ForecastOptions } from '../types/engine.js';
import type { BatchForecast, ForecastBatch } from './batch.js';
import { forecastOn, type Answer, type PoolSettings, type Port, type Threads } from './pool.js';

/**
 * Forecasts many series on several threads; the figures are the same as on one.
 *
 * The workers' program is found beside this file, in a form that bundlers understand; where it is
 * elsewhere, `workerUrl` says so.
 */
export function forecastInWorkers(
  batch: ForecastBatch,
  options: ForecastOptions,
  settings: PoolSettings = {},
): Promise<BatchForecast> {
  return forecastOn(WEB_WORKERS, batch, options, settings);
}

const WEB_WORKERS: Threads = {
  processors: () => navigator.hardwareConcurrency,
  start: (workerUrl): Port => {
    const worker =
      workerUrl === undefined
        ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
        : new Worker(workerUrl, { type: 'module' });
    let refuse = (_: Error) => {};
    return {
      ask: (question, transfer) =>
        new Promise<Answer>((resolve, reject) => {
          refuse = reject;
          worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
          worker.onerror = ({ message }) =>
            reject(new Error(`the worker failed: ${message || 'its program cannot be loaded'}`));
          worker.postMessage(question, transfer);
        }),
      end: () => {
        worker.terminate();
        refuse(new Error('the worker was ended'));
      },
    };
  },
};
