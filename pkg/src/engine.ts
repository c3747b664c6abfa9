/** Turns the module's exports into an {@link Engine}: failures become typed errors, nothing else. */
import { EngineError } from './error.js';

/** The functions that the WebAssembly module exports; each is pure and synchronous. */
export type Engine = Readonly<typeof import('../types/engine.js')>;

/** The binding glue that is built beside the WebAssembly module. */
export type Glue = typeof import('../engine/replenish.js');

/** The glue's own functions, which are no part of the engine. */
const LOADER = new Set(['default', 'initSync', '__wbg_reset_state']);

/** Wraps every exported function of an initialized module. */
export function wrapGlue(glue: Glue): Engine {
  const functions = Object.entries(glue).filter(
    ([name, value]) => typeof value === 'function' && !LOADER.has(name),
  );
  const replaceInstance = () => glue.__wbg_reset_state();
  const wrapped = functions.map(([name, call]) => [name, guard(call as Call, replaceInstance)]);
  return Object.freeze(Object.fromEntries(wrapped)) as Engine;
}

type Call = (...values: unknown[]) => unknown;

function guard(call: Call, replaceInstance: () => void): Call {
  return (...values) => {
    try {
      return call(...values);
    } catch (thrown) {
      const error = EngineError.from(thrown);
      // Whatever is no refusal left the instance in the middle of something: it is not used again.
      if (error.code === 'internal') replaceInstance();
      throw error;
    }
  };
}
