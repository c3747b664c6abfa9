/** Documents that a user names: JSON, or YAML where the file is called so; either may be compressed. */
import { UsageError } from './failure.js';
import { readInput, unpack } from './files.js';

/** What a file holds; the engine checks it, as it knows what it reads. */
export async function readPlain(path: string): Promise<unknown> {
  const { bytes } = await unpack(await readInput(path));
  const yaml = /\.ya?ml(\.gz)?$/i.test(path);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return yaml ? await parseYaml(text) : (JSON.parse(text) as unknown);
  } catch (error) {
    const [words] = (error as Error).message.split('\n');
    const expected = yaml ? 'a YAML document' : 'a JSON document';
    throw new UsageError(`${path}: expected ${expected}, got ${words?.replace(/:$/, '') ?? ''}`);
  }
}

async function parseYaml(text: string): Promise<unknown> {
  // Read by whoever has such a file alone.
  const { parse } = await import('yaml');
  return parse(text, { strict: true, uniqueKeys: true }) as unknown;
}
