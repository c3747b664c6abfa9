import * as glue from '../engine/replenish.js';
import { wrapGlue, type Engine } from './engine.js';

let loading: Promise<Engine> | undefined;

/**
 * Loads the engine, once however often it is called.
 *
 * The module is found beside this file, in a form that bundlers understand; its server should send
 * it as `application/wasm`. A failed load is tried anew by the next call.
 */
export function loadEngine(): Promise<Engine> {
  return (loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}

async function load(): Promise<Engine> {
  await glue.default({
    module_or_path: new URL('../engine/replenish_bg.wasm', import.meta.url),
  });
  return wrapGlue(glue);
}
