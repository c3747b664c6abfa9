import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { TableFile } from '../../types/engine.js';
import { EnvironmentError, UsageError } from './failure.js';

/** Reads a file that the user named; messages show the name as it was given. */
export async function readInput(path: string): Promise<TableFile> {
  try {
    return { name: path, bytes: await readFile(path) };
  } catch (error) {
    throw new UsageError(`${path}: expected a file that can be read, got ${words(error)}`);
  }
}

/** The file as it was before it was compressed, where it was. */
export async function unpack({ name, bytes }: TableFile): Promise<TableFile> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { name, bytes };
  try {
    return { name, bytes: await promisify(gunzip)(bytes) };
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${name}: expected a file that gzip can unpack, got ${message}`);
  }
}

/** Refuses outputs that would overwrite an input or one another; known before anything is read. */
export async function refuseOverlaps(
  inputs: readonly string[],
  outputs: readonly (string | undefined)[],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const path of inputs) taken.set(await place(path), 'an input');
  for (const path of outputs) {
    if (path === undefined) continue;
    const at = await place(path);
    const other = taken.get(at);
    if (other !== undefined) {
      throw new UsageError(`${path}: expected a file of its own for each output, got ${other}`);
    }
    taken.set(at, 'another output');
  }
}

/** Where a path leads, whatever links it goes through; the file itself need not be there. */
async function place(path: string): Promise<string> {
  const parent = () => realpath(dirname(path)).then((at) => join(at, basename(path)));
  return realpath(path)
    .catch(parent)
    .catch(() => path);
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
      if ((await stat(path).catch(() => undefined))?.isDirectory()) {
        throw Object.assign(new Error(), { code: 'EISDIR' });
      }
      await writeFile(path + suffix, content, { flag: 'wx' });
    }
    for (const { path } of files) {
      at = path;
      await rename(path + suffix, path);
    }
  } catch (error) {
    await Promise.all(files.map(({ path }) => rm(path + suffix, { force: true })));
    throw new EnvironmentError(`${at}: cannot be written: ${words(error)}`);
  }
}

/** The system's codes that a user meets, in words. */
const WORDS: Partial<Record<string, string>> = {
  EACCES: 'no permission',
  EISDIR: 'a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left',
  ENOTDIR: 'a file where a directory should be',
  EROFS: 'a read-only disk',
};

/** What the system said, in words where there are some, and its code for those who look it up. */
export function words(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return String(error);
  return WORDS[code] === undefined ? code : `${WORDS[code]} (${code})`;
}
