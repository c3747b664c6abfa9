/**
 * A number in [0, 1) that depends on its inputs alone, so that what happens to one order does not
 * change with the moment at which another one arrives.
 */
export function draw(seed: number, ...labels: (string | number)[]): number {
  // FNV-1a over the labels, then the mixing steps of murmur3: every bit depends on every input.
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of new TextEncoder().encode(labels.join('\u0000'))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
