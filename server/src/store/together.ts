import type { TokenSample } from "../protocol/scan.ts";

export interface Companion {
  feature: number;
  /** How often it fires, given that the other does. */
  share: number;
  jaccard: number;
}

/** Latents that fire with one in a sample of tokens, by Jaccard index; at most `most`. */
export function companionsOf({ rows, latents }: TokenSample, feature: number, most: number): Companion[] {
  const all = new Map<number, number>();
  const both = new Map<number, number>();
  let own = 0;
  for (let t = 0; t + 1 < rows.length; t++) {
    const [from, to] = [rows[t], rows[t + 1]];
    const fires = contains(latents, from, to, feature);
    if (fires) own++;
    for (let i = from; i < to; i++) {
      const latent = latents[i];
      all.set(latent, (all.get(latent) ?? 0) + 1);
      if (fires) both.set(latent, (both.get(latent) ?? 0) + 1);
    }
  }
  both.delete(feature);
  return [...both]
    .map(([other, count]) => ({
      feature: other,
      share: count / own,
      jaccard: count / (own + (all.get(other) ?? 0) - count),
    }))
    .sort((a, b) => b.jaccard - a.jaccard || a.feature - b.feature)
    .slice(0, most);
}

/** Whether an ascending stretch holds a value. */
function contains(values: Int32Array, from: number, to: number, value: number): boolean {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low < to && values[low] === value;
}
