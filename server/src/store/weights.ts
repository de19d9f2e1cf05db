import type { WeightFacts } from "../protocol/scan.ts";

/** What follows from one latent's weights, as it is kept: pairs of id and number. */
export interface StoredWeights {
  norm: number;
  raises: [id: number, logit: number][];
  lowers: [id: number, logit: number][];
  neighbours: [feature: number, cosine: number][];
}

/** Enough for any use, half the room. */
const rounded = (value: number) => Number(value.toPrecision(6));

/** The facts of the `i`-th latent of a block. */
export function storedWeights(facts: WeightFacts, i: number): StoredWeights {
  const pairs = (ids: Int32Array, numbers: Float32Array, each: number): [number, number][] =>
    Array.from({ length: each }, (_, k) => [ids[i * each + k], rounded(numbers[i * each + k])]);
  return {
    norm: rounded(facts.norm[i]),
    raises: pairs(facts.raised.ids, facts.raised.logits, facts.listed),
    lowers: pairs(facts.lowered.ids, facts.lowered.logits, facts.listed),
    neighbours: pairs(facts.neighbours.latents, facts.neighbours.cosines, facts.near),
  };
}
