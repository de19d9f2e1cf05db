/** A seeded source of random integers: sfc32, 32-bit integer arithmetic only, so the same on every machine. */
export interface Random {
  /** A whole number from 0 to `below` − 1. */
  int(below: number): number;
  /** One item of a non-empty list. Throws a RangeError on an empty one. */
  pick<T>(list: readonly T[]): T;
  /** `count` different items of a list, in random order. Throws a RangeError when there are fewer. */
  sample<T>(list: readonly T[], count: number): T[];
  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean;
}

/** Mixes a string and a number into 32 bits (FNV-1a with a final avalanche); also decides what is held out. */
export function hash(text: string, seed = 0): number {
  let h = (0x811c9dc5 ^ seed) | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A new source for a seed; `stream` separates sources that share a seed. */
export function random(seed: number, stream = ""): Random {
  let a = hash(`${stream}/a`, seed) | 0;
  let b = hash(`${stream}/b`, seed) | 0;
  let c = hash(`${stream}/c`, seed) | 0;
  let d = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  // The remainder's bias is below 2^-22 for lists this short, and keeps the draw to one step.
  const int = (below: number): number => next() % below;
  const sample = <T>(list: readonly T[], count: number): T[] => {
    if (count > list.length) throw new RangeError(`cannot draw ${count} of ${list.length}`);
    const rest = [...list];
    return Array.from({ length: count }, () => rest.splice(int(rest.length), 1)[0] as T);
  };
  return {
    int,
    sample,
    pick: (list) => sample1(list, int),
    chance: (percent) => int(100) < percent,
  };
}

function sample1<T>(list: readonly T[], int: (below: number) => number): T {
  if (list.length === 0) throw new RangeError("cannot pick from an empty list");
  return list[int(list.length)] as T;
}
