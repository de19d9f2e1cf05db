import type { ModelInfo, SaeInfo } from "../../protocol/engine.ts";
import type { LabelEvidence } from "../../protocol/feature.ts";

/** What a store knows of all latents of one SAE; the same object as long as the store is the same. */
export interface StoredFigures {
  /** What it rests on, for people: how many tokens of what, and which store. */
  source: string;
  /** Whether its corpus was read to the end; before that no examples can be searched. */
  finished: boolean;
  /** `[n]` share of tokens, largest activation; null where no token was read yet. */
  frequency: Float32Array | null;
  maximum: Float32Array | null;
  labels: ReadonlyMap<number, LabelEvidence[]>;
  /** `[n]` output and input scores, NaN where there is none; null where none was measured. */
  scores: { output: Float32Array; input: Float32Array } | null;
}

/**
 * What only a feature store can look for: the seam between the explorer and whatever keeps the findings of scans. Searches give
 * features of one SAE, best first, each once; null where nothing is kept of that SAE.
 */
export interface FeatureSearch {
  /** Latents that fired on a text with these words. */
  byExamples(model: ModelInfo, sae: SaeInfo, words: string): Promise<number[] | null>;
  /** Latents whose decoder direction raises a token. */
  byPromotedToken(model: ModelInfo, sae: SaeInfo, token: string): Promise<number[] | null>;
  /** What stands in for figures that the SAE did not come with, and what the searches rest on. */
  figures(model: ModelInfo, sae: SaeInfo): Promise<StoredFigures | null>;
}
