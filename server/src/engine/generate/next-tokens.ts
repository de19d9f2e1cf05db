import type { Model } from "../models/model.ts";
import type { SteeredToken } from "../steering/places.ts";
import type { Held } from "../steering/plan.ts";

/** The last token of some samples, all at one place of their texts. */
export interface LastTokens {
  /** Which samples, and their tokens, one row each. */
  samples: number[];
  ids: Int32Array;
  position: number;
  tokens: SteeredToken[];
  /** What held on the tokens before, one row each. */
  before: Held;
}

/** What comes after some tokens, one row each. */
export interface NextRows {
  /** `[rows, vocabulary]` */
  logits: Float32Array;
  /** `[rows]` what makes log-probabilities of logits. */
  normalisers: ArrayLike<number>;
  /** What the plan's blocks found, by name. */
  outputs: Map<string, Float32Array>;
}

/** Reads the last token of each sample; keeps their keys and values. */
export interface NextTokens {
  /** @param model the one with the plan's blocks, where it is needed */
  next(last: LastTokens, model: () => Promise<Model>): Promise<NextRows>;
  free(): void;
}
