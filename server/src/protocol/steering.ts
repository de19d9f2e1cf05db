/**
 * What crosses to the engine when a model is steered, generates, or reads a text under steering. A recipe becomes a list of
 * {@link SteeringEdit}s; nothing here knows files or documents.
 */
import type { MessageInput, Setup } from "./engine.ts";

/** A direction by what the engine finds it by. */
export type DirectionSource =
  /** The decoder direction of a latent; `sae` is its place in {@link Setup.saes}. */
  | { kind: "latent"; sae: number; latent: number }
  /** A vector `[d]` of a file. */
  | { kind: "vector"; vector: Float32Array }
  /** Towards a token: its row of the unembedding times the final norm's gain (for layer norm also centred). */
  | { kind: "token"; id: number }
  /** A weighted sum, taken as {@link SteeringEdit.directions} are. */
  | { kind: "sum"; terms: WeightedDirection[] };

/** One term of a sum of directions. */
export interface WeightedDirection {
  direction: DirectionSource;
  weight: number;
}

/**
 * What an edit does. f is a latent's activation or, for another direction, the projection x·v̂ of the residual:
 * add: x + amount · v; scale: f becomes amount · f; clamp: f becomes amount; ablate: f becomes 0 or its mean;
 * project: the part of x along v̂ goes; cap: f becomes at most amount.
 */
export type SteeringOperation = "add" | "scale" | "clamp" | "ablate" | "project" | "cap";

/**
 * What an amount of 1 means. `raw`: the vector as it is, or one unit of f. `residual`: the vector scaled to the median residual
 * norm at the hook point (without tokens of massive activation), or as large an f. `maximum`: the largest known activation of
 * the latent.
 */
export type SteeringUnit = "raw" | "residual" | "maximum";

/** Which tokens an edit reaches: all that every part of it allows. */
export interface SteeringPlaces {
  tokens: "all" | "prompt" | "generated";
  /** Of prompt tokens: only those in messages of these roles. */
  roles: string[] | null;
  /** Of prompt tokens: from the first up to before the second; negative numbers count from the prompt's end, null is the end. */
  positions: [from: number, to: number | null] | null;
  /** Of generated tokens: steps from the first, which is 0, up to before the second. The last prompt token decides step 0. */
  steps: [from: number, to: number | null] | null;
  /** Steps of generation after which the edit has half its strength; null: it keeps it. */
  halfLife: number | null;
  /** Whether it reaches the first token, which is an attention sink in many models. */
  first: boolean;
}

/**
 * What must lie above (or stay below) a threshold on the same token, at the edit's hook point or an earlier one. `release`: once it
 * held on a generated token, it holds on those after it until the value falls below (or rises above) this.
 */
export type SteeringCondition = {
  above?: number;
  below?: number;
  release?: number;
} & /** The activation of a latent. */ ({ sae: number; latent: number } | ReadDirection);

/** `x · vector + bias` of the residual x at a hook point. */
export interface ReadDirection {
  hook: string;
  /** `[d]` */
  vector: Float32Array;
  bias: number;
}

/** One edit at one residual hook point. All edits at a hook point read the residual before any of them, and add up. */
export interface SteeringEdit {
  hook: string;
  operation: SteeringOperation;
  /** Their weighted sum is the direction; weights belong to unit vectors where there are several. */
  directions: WeightedDirection[];
  /** As {@link SteeringOperation} says; `mean` for ablation to the mean; nothing for `project`. */
  amount: number | "mean";
  unit: SteeringUnit;
  /** Of a latent: only where it fires. */
  onlyFiring: boolean;
  where: SteeringPlaces;
  /** All of them must hold. */
  when: SteeringCondition[];
}

/** How the next token is chosen; in the order, and with the meaning, of Transformers' logits processors. */
export interface SamplingOptions {
  /** 0 is greedy. */
  temperature: number;
  /** Keep this many of the likeliest; 0 keeps all. */
  topK: number;
  /** Keep the likeliest that hold this much probability; 1 keeps all. */
  topP: number;
  /** Drop what is less likely than this share of the likeliest; 0 drops nothing. */
  minP: number;
  /** Logits of tokens seen before are divided (where negative: multiplied) by it; 1 does nothing. */
  repetitionPenalty: number;
  /** Decides every draw; sample n of a run has a stream of its own. */
  seed: number;
}

export interface GenerateParams extends Setup {
  /** Names the run in {@link GenerateProgress}. */
  run: string;
  messages: MessageInput[];
  /** Empty: the model as it is. */
  steering: SteeringEdit[];
  sampling: SamplingOptions;
  maxTokens: number;
  /** Drawn side by side over the prompt, which is read once. */
  samples: number;
  /** A sample ends before the first of these texts. */
  stop: string[];
}

/** `engine/generated`: what a sample has more, whole characters only; the last ones of a sample may come with its end. */
export interface GenerateProgress {
  run: string;
  sample: number;
  text: string;
  /** Tokens of the sample so far. */
  tokens: number;
}

/** `stop-token`: the model ended its turn or text; `length`: as many tokens as were asked for, or the context's end. */
export type GenerateEnd = "stop-token" | "stop-text" | "length" | "context";

export interface GeneratedSample {
  /** Without the stop token; with tokens that a stop text cut. */
  ids: Int32Array;
  text: string;
  /** `[n]` log-probability of each token as the steered model gave it, before temperature and cuts (natural log). */
  logprobs: Float32Array;
  end: GenerateEnd;
}

export interface Generated {
  setupId: string;
  promptIds: Int32Array;
  samples: GeneratedSample[];
  /** Share of the tokens an edit could reach on which its conditions held, one an edit; null where it has none. */
  held: (number | null)[];
  /** How a token was chosen, and what the edits' units were here, in sentences. */
  conventions: string[];
  promptMs: number;
  decodeMs: number;
}

/** A text as ids, and from which token on it counts as generated. */
export interface ReadText {
  ids: Int32Array;
  /** Tokens before it are prompt; measures are taken from it on. */
  from: number;
  /** Role of each prompt token's message, null where the edits name no roles. */
  roles: (string | null)[] | null;
}

/** `engine/read`: measures texts under the model as it is and, where there is steering, under the steered one. */
export interface ReadParams extends Setup {
  texts: ReadText[];
  steering: SteeringEdit[];
  /** Whether activations of the set-up's SAEs are wanted. */
  activations: boolean;
}

/** Activations of one SAE pooled over a text's tokens from {@link ReadText.from}, those that are not 0; marked tokens left out. */
export interface PooledLatents {
  indices: Int32Array;
  mean: Float32Array;
  maximum: Float32Array;
}

/** What one model says of a text. `n` = tokens from {@link ReadText.from} to the end. */
export interface ReadSide {
  /** `[n]` log-probability of each token given those before it (natural log). */
  logprobs: Float32Array;
  /** One an SAE; empty where none are wanted. */
  latents: PooledLatents[];
}

export interface ReadResult {
  base: ReadSide;
  /** Null without steering. */
  steered: ReadSide | null;
  /** `[n]` KL(steered ‖ base) of what each model expects in place of token t, in nats; null without steering. */
  kl: Float32Array | null;
}

export interface ReadAnswer {
  setupId: string;
  texts: ReadResult[];
}

/** `engine/pool`: the residual stream on texts, pooled. */
export interface PoolParams extends Setup {
  texts: MessageInput[][];
  hooks: string[];
  /** `last`: the last token; `mean`: all tokens but the first and those of massive activation. */
  pool: "last" | "mean";
}

export interface Pooled {
  setupId: string;
  /** By hook point: `[texts × d]`. */
  rows: Map<string, Float32Array>;
}
