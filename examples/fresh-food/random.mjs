// Seeded randomness for everything that is made up.
//
// Every made-up figure draws from its own stream, named by what it belongs to (for example
// `price/strawberries/supplier-69`). Adding an article therefore leaves all other figures alone.

const SEED = "replenish fresh-food 2017";

/** Returns a stream of draws that depends on the names alone. */
export function stream(...names) {
  let state = fnv1a([SEED, ...names].join("/"));
  // mulberry32 (public domain, Tommy Ettinger): 32-bit integer steps, equal on every machine.
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    /** A number in [low, high). */
    between: (low, high) => low + (high - low) * uniform(),
    /** A whole number from low to high, both included. */
    whole: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    /** True with the given probability. */
    chance: (probability) => uniform() < probability,
    /** One of the values, each equally likely. */
    pick: (values) => values[Math.floor(uniform() * values.length)],
    /** The values in a drawn order (Fisher and Yates). */
    shuffle: (values) => {
      const shuffled = [...values];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = Math.floor(uniform() * (last + 1));
        [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
      }
      return shuffled;
    },
  };
}

// FNV-1a, 32 bit: turns a name into a seed.
function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
