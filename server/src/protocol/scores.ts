/** What crosses between engine and host when latents are scored as handles for steering. */
import type { Setup } from "./engine.ts";

/** Tokens that a latent's decoder direction raises most, against which both scores are taken. */
export const lensTokens = 20;

/** Parameters of `engine/featureScores`: latents of the `sae`-th SAE of the set-up. */
export interface FeatureScoresParams extends Setup {
  sae: number;
  features: Int32Array;
}

/** A neutral text that output scores were measured on. */
export interface NeutralPrompt {
  text: string;
  /** Largest activation of any latent on its last token, which decides how far a latent is raised; 0: it says nothing. */
  maxActivation: number;
}

/** Output scores of `n` latents, in the order that they were asked for. */
export interface ScoreFacts {
  setupId: string;
  /** How they were measured, in one sentence. */
  convention: string;
  /** `P` of them; empty where the hook point allows no such score, and then `reason` says why. */
  prompts: NeutralPrompt[];
  reason: string | null;
  /** `[n × P]`; NaN on a prompt that says nothing. */
  output: Float32Array;
  /** `[n × listed]` the tokens that each decoder direction raises most, best first. */
  raised: Int32Array;
  listed: number;
}
