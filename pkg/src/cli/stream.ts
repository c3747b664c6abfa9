import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { EnvironmentError } from './failure.js';
import { words } from './files.js';

/** Takes the next part of a file. */
export type Sink = (text: string) => Promise<void>;

/**
 * Writes a file part by part, beside its place first, so that whoever finds it there finds it
 * whole. A device or a pipe has no such place and is written as it is.
 */
export async function writeParts(path: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const inPlace = there !== undefined && !there.isFile() && !there.isDirectory();
  const part = inPlace ? path : `${path}.${randomBytes(4).toString('hex')}.part`;
  const system = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw new EnvironmentError(`${path}: cannot be written: ${words(error)}`);
    });
  if (there?.isDirectory()) {
    await system(Promise.reject(Object.assign(new Error(), { code: 'EISDIR' })));
  }
  const file: FileHandle = await system(open(part, inPlace ? 'w' : 'wx'));
  try {
    try {
      await fill((text) => system(file.appendFile(text)));
    } finally {
      await system(file.close());
    }
    if (!inPlace) await system(rename(part, path));
  } catch (error) {
    if (!inPlace) await rm(part, { force: true });
    throw error;
  }
}
