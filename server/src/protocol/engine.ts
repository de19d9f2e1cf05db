/**
 * What the engine's process answers. Only top-level numbers cross: bulk activations stay in the engine.
 * The channel carries typed arrays and Maps (`serialization: 'advanced'`).
 */
import type { ProbeScores } from "./probe-file.ts";
import type { Problem } from "./problem.ts";

/** Names of the requests and notifications between host and engine. */
export const EngineMethod = {
  describe: "engine/describe",
  analyse: "engine/analyse",
  lens: "engine/lens",
  check: "engine/check",
  devices: "engine/devices",
  forget: "engine/forget",
  identify: "engine/identify",
  scanShard: "engine/scanShard",
  featureWeights: "engine/featureWeights",
  responses: "engine/responses",
  embed: "engine/embed",
  embedded: "engine/embedded",
  featureScores: "engine/featureScores",
  texts: "engine/texts",
  generate: "engine/generate",
  generated: "engine/generated",
  read: "engine/read",
  pool: "engine/pool",
  decompose: "engine/decompose",
  collect: "engine/collect",
  scanned: "engine/scanned",
  progress: "engine/progress",
  log: "engine/log",
} as const;

export type Device = "cpu" | "webgpu" | "cuda" | "coreml" | "dml";

/** A model, its SAEs and how to run them: everything that decides a number, and nothing else. */
export interface Setup {
  /** `tinytown`, a folder with config.json, or a Hub id `owner/name[@revision]` that the local cache holds. */
  model: string;
  /** Ids of embedded SAEs, folders or files; `S@HOOK` overrides the hook point. Null: those that ship with the model. */
  saes: string[] | null;
  device: Device | "auto";
}

/** Limits the user sets for the whole engine process, passed once at start. */
export interface EngineOptions {
  memoryBudgetMB: number;
  /** Threads a run may use; 0 is one a physical core. */
  threads: number;
  /** Folder with the embedded model and SAEs (`assets/`). */
  assets: string;
  /** Folder for calibration results. */
  cache: string;
}

/** One message of a prompt, or the whole text when `role` is null. Offsets in answers are UTF-16 into `text`. */
export interface MessageInput {
  role: string | null;
  text: string;
}

export interface AnalyseParams extends Setup {
  /** Whose computation this is (a document's URI): newer text under one key reuses the older prefix. */
  key: string;
  messages: MessageInput[];
  /** Files of the trained probes that are to read it. */
  probes?: string[];
  /** Whether probes that read attention are among those that can: it takes a pass of its own. */
  attention?: boolean;
}

/** {@link EngineMethod.lens}, which answers a {@link LensWindow}. */
export interface LensParams extends AnalyseParams {
  /** Tokens of the prompt, from the first up to before the second. */
  from: number;
  to: number;
  /** Guesses of each layer on each token; at most {@link MOST_GUESSES}. */
  count: number;
}

/** Guesses of one layer on one token that can be asked for. */
export const MOST_GUESSES = 100;

/** Next-token guesses of every layer on a window of tokens (logit lens). `n` tokens, `L` layers, `K` guesses. */
export interface LensWindow {
  setupId: string;
  from: number;
  /** Hook point of each layer. */
  hooks: string[];
  /** Guesses of each layer on each token. */
  count: number;
  /** How a residual is read, in a sentence. */
  convention: string;
  /** `[n × L × K]` token by token, best first, and their log-probabilities (natural log). */
  topIds: Int32Array;
  topLogprobs: Float32Array;
  /** `[n × L]` log-probability of the token that really comes next, and its rank from 1; NaN and 0 after the last token. */
  nextLogprobs: Float32Array;
  nextRanks: Int32Array;
  /** Texts of all ids named above. */
  texts: Map<number, string>;
}

export interface ModelInfo {
  id: string;
  path: string;
  family: string;
  layers: number;
  dModel: number;
  contextLength: number;
  vocabulary: number;
  dtype: string;
  computeDtype: "f32";
  device: Device;
  /** Why this device was taken (self-check, speed), for the log and `doctor`. */
  deviceReason: string;
  hasChatTemplate: boolean;
  /** Hash of the chat template and the special tokens: what decides, besides the tokenizer, how messages are written out. */
  templateSha256: string;
  conventions: string[];
}

/** A label with the evidence it rests on. */
export interface FeatureLabel {
  text: string;
  /** Who made it, e.g. "tinytown ground truth". */
  maker: string;
  f1?: number;
  precision?: number;
  recall?: number;
  examples?: number;
  /** Share of the latent's known maximum from which the label holds: its figures say nothing of weaker activations. */
  from?: number;
}

export interface SaeInfo {
  id: string;
  path: string;
  hook: string;
  architecture: string;
  width: number;
  /** One sentence each: which conventions were applied to this file. */
  conventions: string[];
  check: {
    l0: number | null;
    fvu: number | null;
    declaredL0: number | null;
    verdict: "ok" | "suspect" | "unknown";
  };
  labels: Map<number, FeatureLabel>;
  /** Largest known activation per latent `[width]`, null where nothing is known. */
  maximum: Float32Array | null;
  /** Share of tokens each latent fires on `[width]`, and what it was measured on. */
  frequency: Float32Array | null;
  frequencySource: string | null;
}

/** {@link EngineMethod.describe}, which answers a {@link Description}, or null where nothing changed since the known one. */
export interface DescribeParams extends Setup {
  /** Its `setupId`; labels and maxima of large SAEs need not be sent again. */
  known?: string;
}

export interface Description {
  /** Changes whenever any file behind the set-up changes: compare with `Analysis.setupId`. */
  setupId: string;
  model: ModelInfo;
  saes: SaeInfo[];
  loadMs: number;
}

/** Sparse activations of one SAE on every token, as compressed rows. */
export interface SparseActivations {
  /** `[T + 1]`: row t is `indices[rows[t] .. rows[t + 1])`, strongest first. */
  rows: Int32Array;
  indices: Int32Array;
  values: Float32Array;
  /** `[T]` number of active latents, and fraction of variance unexplained about the SAE's fixed mean. */
  l0: Int32Array;
  fvu: Float32Array;
  /** `[T]` 1 where the SAE's own metadata or a massive activation says: do not interpret. */
  outside: Uint8Array;
}

/** How a token relates to the text. `message` is -1 for a virtual token (template text, start and end marks). */
export interface TokenSpans {
  message: Int32Array;
  start: Int32Array;
  end: Int32Array;
  /** 1 where several tokens share one character, so that the range is wider than the token's bytes. */
  shared: Uint8Array;
  /** 1 for ids that are special in the vocabulary. */
  special: Uint8Array;
}

export interface Analysis {
  setupId: string;
  /** `[T]` */
  ids: Int32Array;
  spans: TokenSpans;
  /** Role of each token's message, virtual ones included where the template puts them in a message; index into `roles`. */
  roleOf: Int32Array;
  roles: string[];
  /** `[T]` log p(token | tokens before it), natural log; NaN for the first. */
  logprobs: Float32Array;
  /** `[T × 10]` the ten most likely next tokens after each token, and their log-probabilities, best first. */
  topIds: Int32Array;
  topLogprobs: Float32Array;
  saes: SparseActivations[];
  /** What each probe says that could read it; what keeps the others is among the warnings. */
  probes: ProbeScores[];
  /** Texts of all ids named above. */
  texts: Map<number, string>;
  /** Set when the prompt was longer than the context: how many tokens it has in all. */
  truncatedFrom: number | null;
  /** How many leading tokens were reused from the previous analysis under this key. */
  reused: number;
  analyseMs: number;
  /** Things that did not stop the analysis: special tokens spelled in the text, a template that reorders, … */
  warnings: AnalysisWarning[];
}

export interface AnalysisWarning extends Problem {
  /** Place in the prompt, where there is one. */
  messageIndex?: number;
  start?: number;
  end?: number;
}

export interface EngineProgress {
  key: string;
  /** `embedding` is told by the server, which knows how many texts there are. */
  stage: "loading" | "calibrating" | "analysing" | "embedding";
  done: number;
  total: number;
}

export interface CheckReport {
  kind: "model" | "sae";
  id: string;
  path: string;
  ok: boolean;
  /** Statements of what the file is and which conventions apply. */
  facts: string[];
  /** What was verified by running it, with figures. */
  verified: string[];
  problems: Problem[];
}

export interface DeviceReport {
  device: Device;
  available: boolean;
  reason: string;
}

/** Parameters of `engine/check`: the set-up's model, or its only SAE tried on that model. */
export interface CheckParams extends Setup {
  kind: "model" | "sae";
}

/** Parameters of `engine/texts`: tokens whose texts are wanted; ids that the vocabulary does not have get none. */
export interface TextsParams extends Setup {
  ids: Int32Array;
}

/** Parameters of the notification `engine/forget`: whose computation is no longer needed. */
export interface ForgetParams {
  key: string;
}
