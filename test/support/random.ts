// Numbers that look random and come again with their seed.

/** Fractions of 0 to less than 1 (mulberry32). */
export function fractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Integers of 0 to `below - 1`. */
export function seeded(seed: number): (below: number) => number {
  const random = fractions(seed);
  return (below) => Math.floor(random() * below);
}
