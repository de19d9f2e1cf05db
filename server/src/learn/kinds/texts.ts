import { checkedTarget } from "../checks.ts";
import type { Inputs } from "../data.ts";
import { keptCount, keptFacts, keptTensor } from "../kept.ts";
import type { Fit, FitState, Kind } from "../kind.ts";
import { predictionsAt } from "../penalty-path.ts";
import { sparseRows } from "../rows.ts";
import { checkStrength, penaltyC } from "../strength.ts";
import { terms } from "../text/baselines.ts";
import { fitLinearTarget, headFor } from "../text/linear.ts";
import { vocabularyOf, vocabularyOfTerms } from "../text/vocabulary.ts";

type TextKindId = keyof typeof terms;

/** Terms that a probe keeps: its file names each. */
const most = 20_000;
/** Heaviest terms that a report names. */
const named = 8;
const weighting = "tfidf";

/**
 * A probe that reads the text and no model: logistic regression (ridge regression of a number) on the terms of a text, weighted by
 * tf-idf (Salton and Buckley 1988), as scikit-learn's `TfidfVectorizer` and `LogisticRegression(C=penalty)`. What it tells, the words
 * tell; a probe of activations that does no better has not shown that the model represents anything. Without a penalty C is the best of
 * three over three folds.
 */
function textKind(id: TextKindId): Kind {
  return {
    id,
    targets: ["classes", "ordered", "number"],
    reads: "text",
    penalty: penaltyC,
    fit(inputs, given, { seed, penalty, groups }) {
      checkStrength(penalty, penaltyC);
      const target = checkedTarget(inputs, given, ["classes", "ordered", "number"], id);
      const texts = textsOf(inputs, id);
      const vocabulary = vocabularyOf(texts, { ...terms[id], most, weighting });
      if (vocabulary.terms.length === 0)
        throw new RangeError("No text has a word to learn from: take another kind of probe.");
      const fit = fitLinearTarget(vocabulary.read(texts), target, { seed, c: penalty, groups });
      const columns = vocabulary.terms.length;
      const { outputs } = headFor(fit.outputs);
      const heaviest = [...fit.weightsOf(fit.outputs - 1).entries()]
        .sort((a, b) => b[1] - a[1])
        .slice(0, named)
        .map(([column]) => vocabulary.terms[column]);
      const facts: [string, string][] = [
        ["terms", columns.toLocaleString("en")],
        ["penalty", `C ${fit.c}${fit.chosen ? ", chosen by 3-fold cross-validation" : ""}`],
        ["heaviest terms", heaviest.map((it) => `“${it}”`).join(", ")],
      ];
      const weight = Float32Array.from(fit.point.subarray(0, outputs * columns));
      const bias = Float32Array.from(fit.point.subarray(outputs * columns));
      return restoreText({
        kind: id,
        tensors: {
          weight: { shape: [outputs, columns], values: weight },
          bias: { shape: [bias.length], values: bias },
          rarity: { shape: [columns], values: Float32Array.from(vocabulary.rarity) },
        },
        settings: { columns: 0, classes: fit.outputs, c: fit.c, terms: [...vocabulary.terms], facts },
      });
    },
    restore: restoreText,
  };
}

/** Kinds that read texts: words, one to three words in a row, one to four characters in a row. */
export const textKinds: readonly Kind[] = [
  textKind("bag-of-words"),
  textKind("word-ngrams"),
  textKind("character-ngrams"),
];

function restoreText(state: FitState): Fit {
  const kind = state.kind as TextKindId;
  const names = state.settings.terms;
  if (!Array.isArray(names) || !names.every((it) => typeof it === "string"))
    throw new RangeError("The probe's file lacks its terms: train the probe again.");
  const classes = keptCount(state, "classes");
  const head = headFor(classes);
  const weight = keptTensor(state, "weight", [head.outputs, names.length]);
  const bias = keptTensor(state, "bias", [head.free]);
  const rarity = Float64Array.from(keptTensor(state, "rarity", [names.length]));
  const vocabulary = vocabularyOfTerms(names, rarity, { ...terms[kind], weighting });
  const at = new Float64Array(weight.length + bias.length);
  at.set(weight);
  at.set(bias, weight.length);
  return {
    state,
    outputs: classes,
    ...(typeof state.settings.c === "number" && { penalty: state.settings.c }),
    predict: (inputs) => predictionsAt(sparseRows(vocabulary.read(textsOf(inputs, kind))), head, at),
    directions: () => [],
    facts: () => keptFacts(state),
  };
}

function textsOf({ texts }: Inputs, kind: string): readonly string[] {
  if (texts) return texts;
  throw new RangeError(`A probe of kind ${kind} reads texts, and was given activations.`);
}
