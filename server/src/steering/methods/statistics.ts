import { random } from "../../explain/random.ts";

/** An interval that holds a true value 95 times in a hundred. */
export type Interval = [low: number, high: number];

/**
 * Percentile bootstrap of a mean (Efron 1979), 2000 draws that the seed decides; for differences by prompt, whose samples
 * belong together. Both ends are the value itself where there is one only.
 */
export function bootstrap(values: readonly number[], seed: number): Interval {
  const next = random(seed);
  const means = Float64Array.from({ length: 2000 }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(next() * values.length)];
    return sum / values.length;
  }).sort();
  return [means[50], means[1949]];
}

/** The mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, it) => sum + it, 0) / values.length;
}
