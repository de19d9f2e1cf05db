import type { Target } from "../data.ts";
import { sparseOf } from "../sparse.ts";
import { fitLinearTarget, type LinearFit } from "./linear.ts";
import { wordsOf } from "./terms.ts";
import { type VocabularyOptions, vocabularyOf } from "./vocabulary.ts";

/**
 * What could explain a probe's accuracy without any model: always the most frequent class; how long a text is; which words
 * stand in it; which one to three words in a row; which one to four characters in a row (punctuation and parts of words too).
 */
export const TEXT_BASELINES = [
  "majority",
  "length",
  "bag-of-words",
  "word-ngrams",
  "character-ngrams",
] as const;
export type TextBaselineId = (typeof TEXT_BASELINES)[number];

export interface TextOptions {
  readonly seed: number;
  /** C of scikit-learn's `LogisticRegression` (1/alpha of its `Ridge`); absent: chosen by cross-validation. */
  readonly c?: number;
  /** How exactly the least loss is found, see `fitLinearTarget`. */
  readonly tolerance?: number;
  /** `[texts]` texts of one group stay in one fold of that choice. */
  readonly groups?: ArrayLike<number>;
  /** How many terms are known at most, 50,000 where absent. */
  readonly most?: number;
  /** `tfidf` where absent. */
  readonly weighting?: VocabularyOptions["weighting"];
}

/** A text baseline that has been fitted. */
export interface TextFit {
  readonly id: TextBaselineId;
  /** As many as a fit on activations has of this target. */
  readonly outputs: number;
  /** `[texts · outputs]` probabilities of classes, or the number expected. */
  predict(texts: readonly string[]): Float64Array;
  /** What the fit says of itself for a report: name and text. */
  facts(): [string, string][];
  /**
   * The terms that speak most for an output (the second of two classes), strongest first; empty where there are no terms.
   * @param output which class; not told apart of two classes and of numbers
   */
  heaviest(output: number, most: number): { term: string; weight: number }[];
}

/**
 * Fits a text baseline. An order is told as if its classes had none.
 * @param texts `[examples]` what is told apart: what is meant of each text, or all that the model read up to its end
 * @throws RangeError where there is no text, or only one class
 */
export function fitText(
  id: TextBaselineId,
  texts: readonly string[],
  target: Target,
  options: TextOptions,
): TextFit {
  if (texts.length === 0) throw new RangeError("There is no text to fit a baseline on: give examples.");
  if (id === "majority") return majority(target);
  if (id === "length") {
    const scales = lengthScales(texts);
    const read = (others: readonly string[]) =>
      sparseOf(
        others.map((it) => lengths(it, scales)),
        2,
      );
    return linear(id, read, ["characters", "words"], fitLinearTarget(read(texts), target, options));
  }
  const vocabulary = vocabularyOf(texts, {
    ...terms[id],
    most: options.most ?? 50_000,
    weighting: options.weighting ?? "tfidf",
  });
  const fit = fitLinearTarget(vocabulary.read(texts), target, options);
  return linear(id, vocabulary.read, vocabulary.terms, fit);
}

/** What counts as a term of each baseline that has some. */
export const terms = {
  "bag-of-words": { of: "words", shortest: 1, longest: 1 },
  "word-ngrams": { of: "words", shortest: 1, longest: 3 },
  "character-ngrams": { of: "characters", shortest: 1, longest: 4 },
} as const;

function linear(
  id: TextBaselineId,
  read: ReturnType<typeof vocabularyOf>["read"],
  names: readonly string[],
  fit: LinearFit,
): TextFit {
  return {
    id,
    outputs: fit.outputs,
    predict: (texts) => fit.predict(read(texts)),
    facts: () => [
      [id === "length" ? "measures" : "terms", names.length.toLocaleString("en")],
      ["C", `${fit.c}${fit.chosen ? " (chosen by cross-validation)" : ""}`],
    ],
    heaviest: (output, most) => {
      const weights = fit.weightsOf(output);
      return names
        .map((term, k) => ({ term, weight: weights[k] }))
        .sort((a, b) => b.weight - a.weight)
        .slice(0, most);
    },
  };
}

/** The shares of the classes, or the mean. */
function majority(target: Target): TextFit {
  const n = target.type === "number" ? target.values.length : target.labels.length;
  const row = new Float64Array(target.type === "number" ? 1 : target.names.length);
  for (let i = 0; i < n; i++) {
    if (target.type === "number") row[0] += target.values[i] / n;
    else row[target.labels[i]] += 1 / n;
  }
  return {
    id: "majority",
    outputs: row.length,
    predict: (texts) =>
      Float64Array.from({ length: texts.length * row.length }, (_, i) => row[i % row.length]),
    facts: () => [],
    heaviest: () => [],
  };
}

type Scales = { mean: number; deviation: number }[];

/** Logarithms, since half as long matters as much as twice as long. */
function measures(text: string): number[] {
  return [Math.log1p([...text].length), Math.log1p(wordsOf(text).length)];
}

function lengthScales(texts: readonly string[]): Scales {
  const all = texts.map(measures);
  return [0, 1].map((k) => {
    const mean = all.reduce((sum, it) => sum + it[k], 0) / all.length;
    const variance = all.reduce((sum, it) => sum + (it[k] - mean) ** 2, 0) / all.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}

function lengths(text: string, scales: Scales): Map<number, number> {
  return new Map(measures(text).map((it, k) => [k, (it - scales[k].mean) / scales[k].deviation]));
}
