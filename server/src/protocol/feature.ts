/**
 * Everything known of one latent: what `steerscope feature SAE INDEX --json` prints and a feature panel shows, schema
 * `steerscope.feature/1`. Each part says what it rests on; a part that nothing is known of is null.
 */

/** Where the user's own labels lie in a workspace folder: a text file to review, merge and share. */
export const LABEL_FILE = ".vscode/steerscope-labels.yaml";

/** UTF-16 units of a user's own label. */
export const LONGEST_LABEL = 500;

/** A latent whose output score lies below is a weak handle: amplified, it hardly raises the tokens that it should. */
export const WEAK_OUTPUT = 0.01;

export const isWeak = (output: number): boolean => output < WEAK_OUTPUT;

/** What the paper warns of, for people. */
export const RARELY_BOTH =
  "Both scores are rarely high in one feature (Arad et al. 2025): what shows that it reads something does not show that it steers.";

/** A label and who says so; labels of several makers stand side by side. */
export interface LabelEvidence {
  text: string;
  source: "imported" | "user" | "ground truth" | "automatic";
  /** e.g. "tinytown ground truth", "Neuronpedia", a model's name. */
  maker: string;
  /** Named scores, each in [0, 1]: f1, precision, recall, detection, fuzzing, input, output. Empty: unscored. */
  scores: Record<string, number>;
  /** Share of the latent's known maximum from which the label holds. */
  from: number | null;
  /** When it was made, ISO 8601; of automatic labels. */
  made?: string;
  /** What the scores that a judge gave it rest on. */
  scoring?: LabelScoring;
}

/** How a label came by its scores `detection` and `fuzzing`. */
export interface LabelScoring {
  /** Who judged: a model and where it runs, or how it was judged without one. */
  judge: string;
  /** ISO 8601. */
  date: string;
  /** Texts kept from whoever made the label: those that the latent fires on, and those that it does not. */
  activating: number;
  nonActivating: number;
  /** Answers of both tests (one a text) that could not be read; they count neither way. */
  unread: number;
  /** Whether the model was run on the texts that it does not fire on; else only no firing in them is known. */
  verified: boolean;
}

/** A stretch of the corpus around a firing token; the context window that the model saw may be longer. */
export interface FeatureExample {
  /** Texts of consecutive tokens, and the latent's activation on each, in the SAE's own units. */
  tokens: string[];
  activations: number[];
  /** Index into `tokens` of the token that it was chosen for. */
  peak: number;
  /** File (and record) of the corpus, e.g. "stories.jsonl:17", with the token's place in the record's text (UTF-16). */
  source: string;
  range: { start: number; end: number } | null;
}

/** What a scan of a corpus found. */
export interface FeatureStatistics {
  /** Tokens scanned, 0 where an import does not say how many (those the SAE was made for: others are left out and counted in `outside`). */
  tokens: number;
  outside: number;
  corpus: string;
  /** Share of the tokens it fires on; largest and mean activation where it fires. */
  frequency: number;
  maximum: number;
  meanWhenActive: number;
  /** Activations where it fires, in fixed logarithmic bins: bin i holds `edges[i] ≤ a < edges[i + 1]`. */
  histogram: { edges: number[]; counts: number[] };
  /** Strongest first. */
  top: FeatureExample[];
  /** A sample of each band of activations (equally many firings in each), strongest band first; `from` and `to` are activations. */
  bands: { from: number; to: number; examples: FeatureExample[] }[];
  /** Tokens it fires on most, of a sample of its firings. */
  tokensFired: { id: number; text: string; share: number }[];
  /** Latents that fire with it in a sample of tokens: how often, given that this one fires; and the Jaccard index. */
  firesWith: { feature: number; share: number; jaccard: number; label: string | null }[];
}

/** What follows from the weights alone. */
export interface FeatureWeights {
  /** ‖decoder row‖, and its share of the residual stream's median norm at the hook for an activation of 1. */
  norm: number;
  strength: number | null;
  /** Logit lens: W_U · final_norm(decoder direction); tokens raised most and lowered most, with their logits. */
  raises: { id: number; text: string; logit: number }[];
  lowers: { id: number; text: string; logit: number }[];
  /** Nearest decoder directions. */
  neighbours: { feature: number; cosine: number; label: string | null }[];
  convention: string;
}

/** What a set-up knows of a latent by itself, from what ships with its SAE or from calibration. */
export interface FeatureFigures {
  /** Share of tokens it fires on; largest known activation. */
  frequency: number | null;
  maximum: number | null;
  /** What the frequency was measured on. */
  measuredOn: string | null;
}

/** How good a handle for steering a latent is, and whether it fires on what it raises (Arad et al. 2025). */
export interface FeatureScores {
  /** Mean of the scores on neutral texts, in [0, 1]; `weak` below a hundredth. Null where it could not be measured. */
  output: { value: number; weak: boolean; prompts: PromptScore[] } | null;
  /** Share of the texts it fires on most whose strongest token is among those that it raises most. Null for few texts. */
  input: { value: number; texts: number } | null;
  convention: string;
  /** Why a score is null. */
  notes: string[];
}

/** An output score on one neutral text. */
export interface PromptScore {
  text: string;
  /** Largest activation of any latent on its last token; the latent was raised by ten times as much. */
  maxActivation: number;
  /** Null where no latent is active there. */
  score: number | null;
}

export interface FeatureResult {
  schema: "steerscope.feature/1";
  model: string;
  sae: { id: string; hook: string; architecture: string; width: number; conventions: string[] };
  feature: number;
  labels: LabelEvidence[];
  /** What is known without a scan: null where nothing is. */
  known: FeatureFigures | null;
  statistics: FeatureStatistics | null;
  weights: FeatureWeights | null;
  /** Null until they are measured: on request, or by a scan that was asked for them. */
  scores: FeatureScores | null;
  /** Why something is null, e.g. that no store was scanned, and what to do. */
  notes: string[];
}

/** One row of the explorer and of `steerscope search --json`. */
export interface FeatureSummary {
  sae: string;
  feature: number;
  label: string | null;
  source: LabelEvidence["source"] | null;
  frequency: number | null;
  maximum: number | null;
  /** Best score of its best label, if any is scored. */
  score: number | null;
  /** The latent's own output and input score, where they were measured. */
  output: number | null;
  input: number | null;
}
