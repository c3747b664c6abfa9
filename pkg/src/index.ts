/**
 * Replenish: decide what to buy, from whom, and drive every order to its end.
 *
 * ```ts
 * import { loadEngine } from 'replenish';
 * const engine = await loadEngine();
 * const plan = engine.planFromTables({ demand, stock, offers }, engine.planOptions('2026-11-21'));
 * ```
 *
 * @module
 */
export type { BatchForecast, BatchProblem, ForecastBatch } from './batch.js';
export {
  compareBatch,
  OFFER_STANDINGS,
  type BatchComparison,
  type BatchOffer,
  type BatchPrice,
  type BatchRequirement,
  type BatchSupplier,
} from './compare-batch.js';
export type { Engine } from './engine.js';
export { EngineError, type Problem } from './error.js';
export { loadEngine } from './load.js';
export {
  advancePurchaseOrders,
  advanceSaleOrders,
  advanceStoredPurchaseOrder,
  advanceStoredSaleOrder,
  type Advanced,
  type LifeAnswer,
  type LifeWork,
} from './lives.js';
export { shortModel } from './model.js';
export type { PoolSettings } from './pool.js';
export { forecastInWorkers } from './workers.js';
export { splitBatch } from './split-batch.js';
export {
  costWords,
  deliveryWords,
  exclusionWords,
  REASON_WORDS,
  sumWords,
} from './words.js';
export type * from '../types/engine.js';
