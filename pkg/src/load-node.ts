import { readFile } from 'node:fs/promises';
import * as glue from '../engine/replenish.js';
import { wrapGlue, type Engine } from './engine.js';

let loading: Promise<Engine> | undefined;

/** Loads the engine from disk, as Node's `fetch` reads no files; see `load.ts` for the rest. */
export function loadEngine(): Promise<Engine> {
  return (loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}

async function load(): Promise<Engine> {
  const module = await readFile(new URL('../engine/replenish_bg.wasm', import.meta.url));
  glue.initSync({ module });
  return wrapGlue(glue);
}
