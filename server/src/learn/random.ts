/** A seeded source of numbers from 0 up to below 1 (splitmix32): the same on every machine. */
export function randomOf(seed: number): () => number {
  // Seeds beyond 32 bits count too.
  let state = (Math.imul(Math.floor(seed / 2 ** 32) ^ 0x85ebca6b, 0xc2b2ae35) ^ seed) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** The numbers 0 to n − 1 in random order (Fisher and Yates). */
export function shuffled(n: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
