import type { ModelInfo, SaeInfo } from "../../protocol/engine.ts";

/**
 * What only a feature store can look for: the seam between the explorer and whatever keeps the findings of scans. Both give
 * features of one SAE, best first, each once; null where nothing is kept of that SAE.
 */
export interface FeatureSearch {
  /** Latents that fired on a text with these words. */
  byExamples(model: ModelInfo, sae: SaeInfo, words: string): Promise<number[] | null>;
  /** Latents whose decoder direction raises a token. */
  byPromotedToken(model: ModelInfo, sae: SaeInfo, token: string): Promise<number[] | null>;
}
