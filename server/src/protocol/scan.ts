/**
 * What crosses between engine and host while a corpus is scanned. The unit of work is a shard: a number and some documents
 * in, a pure result out, so that who computes it, and how often, plays no part. Results are merged in the shards' order.
 */
import type { MessageInput, Setup } from "./engine.ts";

/** One text of a corpus (or one piece of a long one), as the model is to read it. */
export interface ScanDocument {
  /** Its place in the corpus, from 0; decides which of its tokens fall into a sample. */
  number: number;
  messages: MessageInput[];
}

export interface ScanShardParams extends Setup {
  shard: number;
  documents: ScanDocument[];
  /** Tokens of a window; a longer document is read in several, each of which begins anew. */
  context: number;
  /** Tokens after which the shard ends, null for all. */
  maxTokens: number | null;
  seed: number;
}

/** Windows of a shard, in order: all their tokens, one after another. */
export interface ShardWindows {
  /** `[W]` number of the document, and the place of the window's first token among the document's. */
  document: Int32Array;
  first: Int32Array;
  /** `[W + 1]`: window w is tokens `rows[w] .. rows[w + 1])` of what follows. */
  rows: Int32Array;
  ids: Int32Array;
  /** Place of each token: message, −1 for a virtual one, and UTF-16 offsets in the message's text. */
  message: Int32Array;
  start: Int32Array;
  end: Int32Array;
}

/** Firings of some latents, grouped by latent as `SaeShard.latents` has them. */
export interface Firings {
  /** `[L + 1]` */
  rows: Int32Array;
  /** Index into the shard's windows, and the token's place in the window. */
  window: Int32Array;
  position: Int32Array;
  activation: Float32Array;
  /** What the sample is drawn by: the smallest stay. Of the strongest: minus the activation. */
  key: Float64Array;
  /** Activations of the same latent on tokens around it, itself included: `aroundRows[i] .. aroundRows[i + 1])`. */
  aroundRows: Int32Array;
  /** Places relative to the token, and activations there. */
  aroundOffset: Int8Array;
  aroundActivation: Float32Array;
}

/** A sample of tokens with all latents that are active on each, smallest key first. */
export interface TokenSample {
  key: Float64Array;
  /** `[S + 1]`, and the latents in ascending order. */
  rows: Int32Array;
  latents: Int32Array;
}

export interface SaeShard {
  /** Tokens that the SAE was made for, and those that it was not, which are left out of everything else. */
  tokens: number;
  outside: number;
  /** `[L]` latents that fired, ascending; what follows is of these. */
  latents: Int32Array;
  count: Int32Array;
  sum: Float64Array;
  maximum: Float32Array;
  /** `[L × bins]` */
  histogram: Uint32Array;
  /** Strongest first, at most one of a window. */
  top: Firings;
  /** A seeded sample, smallest key first. */
  sample: Firings;
  together: TokenSample;
}

export interface ShardResult {
  shard: number;
  /** Of the set-up that computed it: another one than before means that a file was replaced. */
  setupId: string;
  /** Tokens that the model read. */
  tokens: number;
  windows: ShardWindows;
  saes: SaeShard[];
  /** Texts of all ids in the windows. */
  texts: Map<number, string>;
}

/** How much of each kind a store keeps for a latent. */
export const kept = {
  top: 20,
  sample: 64,
  /** Tokens of the sample that tells which latents fire together. */
  together: 16_384,
  /** Tokens before and after an example's token. */
  before: 32,
  after: 16,
} as const;

/** Edges of the histogram's bins: 0, then from 2⁻⁸ to 2²³ by factors of √2, then the largest f32. */
export const histogramEdges: readonly number[] = [
  0,
  ...Array.from({ length: 63 }, (_, i) => 2 ** (-8 + i / 2)),
  (2 - 2 ** -23) * 2 ** 127,
];
export const histogramBins = histogramEdges.length - 1;

/** Parameters of `engine/featureWeights`: latents `from` to `to` of one SAE of the set-up. */
export interface FeatureWeightsParams extends Setup {
  sae: number;
  from: number;
  to: number;
}

/** What follows from the weights alone, for `n` latents in order. */
export interface WeightFacts {
  convention: string;
  texts: Map<number, string>;
  /** Residual's median norm at the hook. */
  medianNorm: number;
  /** `[n]` */
  norm: Float32Array;
  /** `[n × tokensListed]`; empty where the hook is not in the residual stream. */
  raised: { ids: Int32Array; logits: Float32Array };
  lowered: { ids: Int32Array; logits: Float32Array };
  /** Tokens of each list. */
  listed: number;
  /** `[n × near]` nearest first. */
  neighbours: { latents: Int32Array; cosines: Float32Array };
  near: number;
}

/** What a store belongs to: content, not places, so that it holds on another machine. */
export interface ScanIdentity {
  model: { id: string; sha256: string };
  saes: { id: string; hook: string; width: number; sha256: string }[];
}
