import type { TargetType } from "../../learn/data.ts";
import type { KindId } from "../../learn/kind.ts";

/** Every kind of probe, in the order in which they are offered, with what it is in a few words. */
export const kindWords: Readonly<Record<KindId, string>> = {
  logistic: "logistic regression with an L2 penalty",
  ridge: "linear regression with an L2 penalty, of a number",
  ordinal: "proportional odds, of classes with an order",
  "mass-mean": "the difference of the classes' means",
  "mass-mean-whitened": "the difference of means, whitened by the covariance within classes",
  lda: "linear discriminant analysis",
  "k-sparse": "logistic regression on the k latents of an SAE that tell most",
  attentive: "attention over the tokens, then a linear read-out",
  "multiple-instance": "the tokens that tell most, with abstention by conformal prediction",
  ccs: "contrast-consistent search: pairs of statements, no labels",
  "attention-pattern": "logistic regression on how much the heads look at the text",
  "attention-statistics":
    "logistic regression on where the heads look: first, previous and next token, entropy, distance",
  "bag-of-words": "logistic regression on the words of the text, without any model",
  "word-ngrams": "logistic regression on one to three words in a row, without any model",
  "character-ngrams": "logistic regression on one to four characters in a row, without any model",
};

export const kindIds = Object.keys(kindWords) as KindId[];

/** The kind that is taken where none is named. */
export const usualKind: Readonly<Record<TargetType, KindId>> = {
  classes: "logistic",
  ordered: "ordinal",
  number: "ridge",
};
