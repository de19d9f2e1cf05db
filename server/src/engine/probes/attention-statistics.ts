import { patternHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** What is told of a head, in the order of its numbers. */
export const attentionStatistics = [
  "first",
  "special",
  "current",
  "previous",
  "next",
  "entropy",
  "distance",
] as const;

/** Where heads look, of a text that was read. */
export interface ReadAttention {
  /** Attention weights `[heads · T · T]` by hook point. */
  read: ReadonlyMap<string, Float32Array>;
  tokens: number;
  /** `[T]` 1 for ids that are special in the vocabulary. */
  special: Uint8Array;
}

/**
 * How each head attends from one token, after “What does BERT look at? An analysis of BERT's attention” (Clark et al. 2019): the shares
 * that go to the text's first token (`[CLS]`, or the start), to other special tokens (`[SEP]`, a template's marks), to the token
 * itself, the one before and the one behind; the entropy in nats, and the mean distance in tokens (Vig and Belinkov 2019). Shares
 * may overlap: the token before may be the first. In a decoder nothing goes to the token behind.
 * @returns `[layers · heads · 7]`, a head's numbers as {@link attentionStatistics} names them
 */
export function attentionFrom(
  from: number,
  { read, tokens, special }: ReadAttention,
  { model: { config } }: LoadedSetup,
): Float32Array {
  const { layers, heads } = config;
  const all = new Float32Array(layers * heads * attentionStatistics.length);
  for (let layer = 0; layer < layers; layer++) {
    const weights = read.get(patternHook(layer)) as Float32Array;
    for (let head = 0; head < heads; head++) {
      const row = (head * tokens + from) * tokens;
      let [others, entropy, distance] = [0, 0, 0];
      for (let t = 0; t < tokens; t++) {
        const weight = weights[row + t];
        if (weight <= 0) continue;
        if (t > 0 && special[t]) others += weight;
        entropy -= weight * Math.log(weight);
        distance += weight * Math.abs(from - t);
      }
      const shares = [
        weights[row],
        others,
        weights[row + from],
        from > 0 ? weights[row + from - 1] : 0,
        from + 1 < tokens ? weights[row + from + 1] : 0,
      ];
      all.set([...shares, entropy, distance], (layer * heads + head) * attentionStatistics.length);
    }
  }
  return all;
}
