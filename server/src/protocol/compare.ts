/** What a model writes with and without steering, side by side, as commands print and panels show it. */
import type { Device } from "./engine.ts";
import type { Range } from "./inspect.ts";
import type { ComparedReranking, Reranking, RerankWish } from "./rerank.ts";
import type { GenerateEnd, SamplingOptions, SteeringOperation, SteeringUnit } from "./steering.ts";

/** An edit of a recipe, in the words of the recipe's own resolution. */
export interface ComparedEdit {
  /** Place of its recipe in `recipes`, and its own place in that recipe's list, from 0. */
  recipe: number;
  index: number;
  enabled: boolean;
  /** What it does, in a sentence, at the strength that the recipe has. */
  words: string;
  operation: SteeringOperation;
  unit: SteeringUnit;
  /** The strength that was used; null where the edit has none. */
  strength: number | null;
  /** The strength that stands in the recipe. */
  written: number | null;
}

export interface ComparedRecipe {
  /** Path of the file. */
  file: string;
  name: string | null;
}

/** One text that the model wrote. */
export interface WrittenSample {
  text: string;
  tokens: number;
  end: GenerateEnd;
  /** Mean log-probability of its tokens as the model that wrote it gave them (natural log); null without tokens. */
  logprob: number | null;
}

/** What is said of all that a model writes: on what, under which recipes, and how. */
export interface WritingFacts {
  file: string;
  model: string;
  device: Device;
  recipes: ComparedRecipe[];
  edits: ComparedEdit[];
  sampling: SamplingOptions;
  maxTokens: number;
  promptTokens: number;
  /** How a token was chosen, and what units were here, in sentences. */
  conventions: string[];
}

/** `generate --json`. */
export interface GenerateResult extends WritingFacts {
  schema: "steerscope.generate/1";
  samples: WrittenSample[];
  /** Null where no probe ranks the samples. */
  rerank: Reranking | null;
  timings: { promptMs: number; decodeMs: number };
}

/** What tells whether a text shows a behaviour. */
export type ScorerSpec =
  /** The judge of the embedded model's world: whether most sentences that show a value of the attribute show this one. */
  | { kind: "judge"; attribute: string; value: string }
  /** Whether one of the words stands in it, whatever their case. */
  | { kind: "words"; words: string[] }
  /** Whether a regular expression (JavaScript's, flags iu) is found in it. */
  | { kind: "pattern"; pattern: string };

/** A share of texts, or a mean of numbers, with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** Texts it rests on. */
  n: number;
}

export interface Behaviour {
  /** Names what was scored. */
  scorer: string;
  /** `share`: Wilson's interval; `mean`: Student's. */
  kind: "share" | "mean";
  base: Estimate;
  steered: Estimate;
}

/** Words of a text, and whether the other text has them too at this place. */
export interface TextPart {
  text: string;
  same: boolean;
}

/** Two texts, laid over each other by their words. */
export interface Aligned {
  base: TextPart[];
  steered: TextPart[];
}

/** A token of the text that both models read. */
export interface DivergenceToken {
  text: string;
  /** KL(steered ‖ base) of what is expected in its place, in nats. */
  kl: number;
  /** Its log-probability under each model. */
  base: number;
  steered: number;
}

/** A latent whose activation steering moved, on the same texts. */
export interface MovedLatent {
  sae: string;
  latent: number;
  label: string | null;
  /** Mean activation over the tokens of the base texts. */
  base: number;
  steered: number;
  /** The difference as a share of the latent's largest known activation; null where none is known. */
  share: number | null;
}

export type VerdictKind = "no-effect" | "works" | "not-shown" | "breaks" | "unscored";
export interface Verdict {
  kind: VerdictKind;
  /** In a few words, and why: each follows from figures by a stated rule. */
  title: string;
  sentences: string[];
}

/** The steered side at one multiple of the recipe's strengths. */
export interface SweepPoint {
  multiplier: number;
  behaviour: Estimate | null;
  /** Perplexity of the steered texts under the base model over that of the base texts; null where one wrote nothing. */
  perplexityRatio: number | null;
  /** Mean KL(steered ‖ base) on the base texts, in nats a token. */
  kl: number | null;
}

export interface Sweep {
  /** Names the behaviour's scorer; null: it was not scored. */
  scorer: string | null;
  kind: Behaviour["kind"] | null;
  samples: number;
  /** The recipe itself is the point at 1; 0 is the base model. */
  points: SweepPoint[];
  conventions: string[];
}

/** `compare --json`. */
export interface CompareResult extends WritingFacts {
  schema: "steerscope.compare/1";
  base: WrittenSample[];
  steered: WrittenSample[];
  /** Null where no probe ranks the samples. */
  rerank: ComparedReranking | null;
  /** One a sample. */
  aligned: Aligned[];
  behaviour: Behaviour | null;
  /** Perplexities under the base model; null where nothing was written. */
  perplexity: { base: number | null; steered: number | null; ratio: number | null };
  /** Share of three tokens in a row that stand in their text before; null where all texts are shorter. */
  repetition: { base: number | null; steered: number | null };
  /** On a fixed text: the one that was given, or the first base text. */
  divergence: { of: "given text" | "base text"; mean: number | null; tokens: DivergenceToken[] };
  /** Those that moved most on the base texts, at most twenty, and those that the recipes name. */
  moved: MovedLatent[];
  named: MovedLatent[];
  /** Latents that no recipe names and that moved by a twentieth of their known maximum or more. */
  sideEffects: number;
  sweep: Sweep | null;
  verdict: Verdict;
}

/** How texts are to be written; what is left out is usual (compare: 8 samples of 40 tokens at temperature 0.8, seed 1). */
export interface WritingWish extends Partial<SamplingOptions> {
  samples?: number;
  maxTokens?: number;
  stop?: string[];
}

export interface CompareParams {
  /** The prompt, which is open. */
  textDocument: { uri: string };
  /** Recipes, open or on the disk; left out: those that the prompt names. */
  recipes?: { uri: string }[];
  /** Names the run in {@link GeneratedNews}; left out: none are sent. */
  run?: string;
  /** Strengths in the place of the recipes' own, in the order of `edits` of the answer; null leaves one. */
  strengths?: (number | null)[];
  writing?: WritingWish;
  /** Left out: what the recipe's checks look for; null: none. */
  scorer?: ScorerSpec | null;
  /** A text on which both models are compared token by token; left out: the first base text. */
  text?: string;
  /** A probe that ranks each side's samples; its name or its path from the prompt. Left out: none. */
  rerank?: RerankWish;
}
export interface CompareAnswer extends CompareResult {
  /** Of the prompt's text. */
  version: number;
  /** URIs of `recipes`, in their order. */
  recipeUris: string[];
}
export interface SweepParams extends CompareParams {
  multipliers?: number[];
}
/** `steerscope/generated`: what a text has more while it is written. */
export interface GeneratedNews {
  run: string;
  side: "base" | "steered";
  sample: number;
  text: string;
}
export interface SetStrengthsParams {
  recipe: { uri: string };
  /** By the place of an edit in the recipe's list. */
  strengths: { index: number; strength: number }[];
}
export interface SetStrengthsAnswer {
  /** Of the recipe's text; null where it is not open. */
  version: number | null;
  /** Changes of that text: only the strengths change. */
  edits: { range: Range; newText: string }[];
}
