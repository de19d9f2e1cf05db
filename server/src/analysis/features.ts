import type { FeatureLabel } from "../protocol/engine.ts";
import type { Settings } from "../protocol/settings.ts";
import type { DocumentAnalysis } from "./document.ts";
import type { OwnLabels } from "./explore/catalogue.ts";

/** How strong is strong: what a full bar of a latent means. */
export interface Scale {
  value: number;
  from: "known maximum" | "this file";
}

/** A latent that is active on a token. */
export interface ActiveFeature {
  /** Index of the SAE in the set-up. */
  sae: number;
  feature: number;
  /** In the SAE's own units. */
  activation: number;
  label: string | null;
  scale: Scale;
  /** activation / scale.value */
  relative: number;
}

export type Ranking = Pick<Settings, "topK" | "ranking" | "hideAboveFrequency">;

/** The latent's known maximum, or its strongest activation in this file where none is known. */
export function scaleOf(document: DocumentAnalysis, sae: number, feature: number): Scale {
  const known = document.description.saes[sae].maximum?.[feature] ?? 0;
  if (known > 0) return { value: known, from: "known maximum" };
  return { value: document.fileMaximum[sae].get(feature) ?? 0, from: "this file" };
}

/** A label's text where the activation is strong enough for it. */
function labelAt(label: FeatureLabel | undefined, relative: number): string | null {
  return label && relative >= (label.from ?? 0) ? label.text : null;
}

const none: OwnLabels = new Map();

/**
 * Latents of one SAE on one token as the SAE gives them, strongest first; at most `most` of them.
 * @param own the user's labels, which count over those that came with the SAE
 */
export function activeFeatures(
  document: DocumentAnalysis,
  sae: number,
  token: number,
  most = Number.POSITIVE_INFINITY,
  own = none,
): ActiveFeature[] {
  const { id, labels } = document.description.saes[sae];
  const mine = own.get(id);
  const { rows, indices, values } = document.analysis.saes[sae];
  const features: ActiveFeature[] = [];
  const end = Math.min(rows[token + 1], rows[token] + most);
  for (let i = rows[token]; i < end; i++) {
    const scale = scaleOf(document, sae, indices[i]);
    const relative = scale.value > 0 ? values[i] / scale.value : 1;
    features.push({
      sae,
      feature: indices[i],
      activation: values[i],
      label: mine?.get(indices[i])?.text ?? labelAt(labels.get(indices[i]), relative),
      scale,
      relative,
    });
  }
  return features;
}

/**
 * The latents worth showing on a token: those that fire on too many tokens to say anything left out, and ranked by how near
 * they are to the strongest they are known to get. A latent without a known maximum has only this file to compare with, where
 * its single firing would always be its strongest; it ranks behind the others, by activation.
 *
 * @returns at most `topK` features, and how many dense ones were left out.
 */
export function rankedFeatures(
  document: DocumentAnalysis,
  sae: number,
  token: number,
  ranking: Ranking,
  own = none,
): { features: ActiveFeature[]; hidden: number } {
  const all = activeFeatures(document, sae, token, Number.POSITIVE_INFINITY, own);
  const frequency = document.description.saes[sae].frequency;
  const shown = all.filter((it) => (frequency?.[it.feature] ?? 0) <= ranking.hideAboveFrequency);
  if (ranking.ranking === "relative") {
    const known = (it: ActiveFeature): number => (it.scale.from === "known maximum" ? 1 : 0);
    shown.sort(
      (a, b) =>
        known(b) - known(a) ||
        (known(a) ? b.relative - a.relative : b.activation - a.activation) ||
        a.feature - b.feature,
    );
  }
  return { features: shown.slice(0, ranking.topK), hidden: all.length - shown.length };
}
