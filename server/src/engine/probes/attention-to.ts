import { patternHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/**
 * How strongly each head attends from the last token to some tokens, the most to any of them (“Attention Satisfies: A
 * Constraint-Satisfaction Lens on Factual Errors of Language Models”, Yuksekgonul et al. 2024, whose probe reads this).
 * @param read attention weights `[heads · T · T]` by hook point
 * @returns `[layers · heads]`
 */
export function attentionTo(
  meant: number[],
  last: number,
  tokens: number,
  read: ReadonlyMap<string, Float32Array>,
  { model: { config } }: LoadedSetup,
): Float32Array {
  const largest = new Float32Array(config.layers * config.heads);
  const others = meant.filter((t) => t < last);
  for (let layer = 0; layer < config.layers; layer++) {
    const weights = read.get(patternHook(layer)) as Float32Array;
    for (let head = 0; head < config.heads; head++) {
      const at = layer * config.heads + head;
      const row = (head * tokens + last) * tokens;
      for (const t of others) largest[at] = Math.max(largest[at], weights[row + t]);
    }
  }
  return largest;
}
