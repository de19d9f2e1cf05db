import type { InspectAnswer } from "../../../server/src/protocol/requests.ts";

/** One row of the feature table. */
export interface FeatureRow {
  sae: string;
  feature: number;
  label: string;
  activation: string;
  /** Share of the strongest activation in the file, 0 to 1. */
  share: number;
}

/** Surprisal in bits, or null for the first token. */
export const surprisalBits = (logprob: number | null) => (logprob === null ? null : -logprob / Math.LN2);

/** How strongly a token is shaded: 0 for expected, 1 for 16 bits and more. */
export const surpriseShade = (logprob: number | null) => Math.min(1, (surprisalBits(logprob) ?? 0) / 16);

/** The features of one token, with bars scaled to the strongest of the file for the same SAE. */
export function featureRows(answer: InspectAnswer, token: number): FeatureRow[] {
  const strongest = answer.saes.map((_, sae) =>
    Math.max(
      0,
      ...answer.tokens.flatMap(({ features }) =>
        features.filter((f) => f.sae === sae).map((f) => f.activation),
      ),
    ),
  );
  return answer.tokens[token].features.map(({ sae, feature, label, activation }) => ({
    sae: answer.saes[sae].id,
    feature,
    label: label ?? "no label",
    activation: activation.toFixed(2),
    share: strongest[sae] > 0 ? activation / strongest[sae] : 0,
  }));
}
