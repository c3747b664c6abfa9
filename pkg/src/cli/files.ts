import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TableFile } from '../../types/engine.js';
import { EnvironmentError, UsageError } from './failure.js';

/** Reads a file that the user named. */
export async function readInput(path: string): Promise<TableFile> {
  try {
    return { name: basename(path), bytes: await readFile(path) };
  } catch (error) {
    throw new UsageError(`${path}: expected a file that can be read, got ${codeOf(error)}`);
  }
}

/** Writes every file whole, or none: all beside their places first, then each renamed into it. */
export async function writeOutputs(
  files: readonly { path: string; content: string }[],
): Promise<void> {
  const suffix = `.${randomBytes(4).toString('hex')}.part`;
  let at = '';
  try {
    for (const { path, content } of files) {
      at = path;
      await writeFile(path + suffix, content, { flag: 'wx' });
    }
    for (const { path } of files) {
      at = path;
      await rename(path + suffix, path);
    }
  } catch (error) {
    await Promise.all(files.map(({ path }) => rm(path + suffix, { force: true })));
    throw new EnvironmentError(`${at}: cannot be written: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
