import type { Inputs, Target, TargetType } from "./data.ts";

/** Names of the kinds of probe, as specifications and files have them. */
export type KindId =
  | "logistic"
  | "ridge"
  | "ordinal"
  | "mass-mean"
  | "mass-mean-whitened"
  | "lda"
  | "k-sparse"
  | "attentive"
  | "multiple-instance"
  | "ccs"
  | "attention-pattern"
  | "attention-statistics"
  | "bag-of-words"
  | "word-ngrams"
  | "character-ngrams";

/** What a fit may be told beyond its examples. */
export interface FitOptions {
  readonly seed: number;
  /** Strength of the penalty where a kind has one, in that kind's own convention; absent: chosen by cross-validation. */
  readonly penalty?: number;
  /** Folds of that choice, 5 where absent; examples of one group stay in one fold. */
  readonly folds?: number;
  /** `[examples]` group of each example. */
  readonly groups?: Int32Array;
  /** `[examples]` the pair that an example belongs to, -1 for none: for kinds that learn from statement and negation. */
  readonly pairs?: Int32Array;
  /** How many latents a k-sparse probe reads. */
  readonly k?: number;
  /** Share of wrong certainties that a conformal set may have, 0.1 where absent. */
  readonly alpha?: number;
}

/**
 * A direction of the space that the probe reads, of what it read (not of standardised numbers): a larger `vector · x + bias`
 * means more of the class (or of the number).
 */
export interface ProbeDirection {
  /** Index of the class that it speaks for; of two classes only 1; 0 of a number or an order. */
  readonly output: number;
  /** `[columns]` */
  readonly vector: Float32Array;
  readonly bias: number;
}

/** What a file keeps of a fit: all that {@link Kind.restore} needs. */
export interface FitState {
  readonly kind: KindId;
  readonly tensors: Readonly<Record<string, { shape: number[]; values: Float32Array }>>;
  /** Numbers and texts, as JSON can hold them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A trained probe. */
export interface Fit {
  readonly state: FitState;
  /** How many numbers {@link predict} gives for an example: the classes, or 1 of a number. */
  readonly outputs: number;
  /** The penalty that was chosen or given, for fits that are to be like this one; absent where a kind has none, or a fixed one. */
  readonly penalty?: number;
  /**
   * `[examples · outputs]`: probabilities that add up to 1 for each example (of classes and orders), or the number expected.
   * @throws RangeError where the inputs have another width than those it was trained on
   */
  predict(inputs: Inputs): Float64Array;
  /** One for each class that has one; empty where the kind has no direction. */
  directions(): ProbeDirection[];
  /** What the fit says of itself for a report, such as the penalty chosen: name and text. */
  facts(): [string, string][];
}

/** What a kind calls its penalty, and what it may be: above 0, or 0 as well, up to `most` where that is given. */
export interface PenaltyRange {
  readonly name: string;
  readonly mayBeZero?: true;
  readonly most?: number;
}

/** A way to train probes; `F`: what its fits can do beyond what all can. A fit is a pure function of its arguments; it runs in a worker, and is cancelled with it. */
export interface Kind<F extends Fit = Fit> {
  readonly id: KindId;
  /** What it can tell. */
  readonly targets: readonly TargetType[];
  /** Whether it reads one row an example, or all rows of its tokens, or its text. */
  readonly reads: "row" | "rows" | "text";
  /** What {@link FitOptions.penalty} is to it; null: it has none. */
  readonly penalty: PenaltyRange | null;
  /**
   * @throws RangeError in words for the user, where nothing can be learnt: one class only, all examples equal, a number that
   * is not finite
   */
  fit(inputs: Inputs, target: Target, options: FitOptions): F;
  /** The trained probe back from what was kept. @throws RangeError where tensors are missing or of the wrong shape */
  restore(state: FitState): F;
}
