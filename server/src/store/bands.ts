import type { StoredFiring } from "./firings.ts";

/** Bands between quantiles, and examples of each. */
const bands = 5;
const each = 5;

export interface Band {
  from: number;
  to: number;
  firings: StoredFiring[];
}

/**
 * Cuts a sample of firings into five bands of equally many, by activation, strongest band first; of each the five that come
 * first in the sample's own (random) order. `from` and `to` are the smallest and largest activation in the band.
 */
export function bandsOf(sample: StoredFiring[]): Band[] {
  return cutIntoBands(sample).map(({ firings, ...edges }) => ({
    ...edges,
    firings: firings
      .toSorted((a, b) => a.key - b.key)
      .slice(0, each)
      .sort((a, b) => b.activation - a.activation || a.key - b.key),
  }));
}

/** The same bands with all firings of the sample, the strongest first. */
export function cutIntoBands(sample: StoredFiring[]): Band[] {
  const sorted = sample.toSorted((a, b) => b.activation - a.activation || a.key - b.key);
  const found: Band[] = [];
  for (let band = 0; band < bands; band++) {
    const firings = sorted.slice(
      Math.round((band * sorted.length) / bands),
      Math.round(((band + 1) * sorted.length) / bands),
    );
    if (firings.length === 0) continue;
    found.push({ from: firings[firings.length - 1].activation, to: firings[0].activation, firings });
  }
  return found;
}
