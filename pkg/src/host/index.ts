/** What a Node program needs to run orders: a store, a runtime, a clock. */
export { systemClock, type Clock } from './clock.js';
export { sendOnce, type HttpOptions, type HttpOutcome, type HttpRequest } from './http.js';
export {
  Runtime,
  type Acceptance,
  type Connection,
  type RuntimeOptions,
  type SendCommand,
} from './runtime.js';
export { IN_MEMORY } from './sqlite.js';
export {
  ConflictError,
  SchemaError,
  Store,
  TakenError,
  type EventRow,
  type NoticeRow,
  type SaleOrderRow,
} from './store.js';
