import type { RankedInspect } from "../../../server/src/protocol/panel.ts";
import type { LatentScale } from "../../../server/src/protocol/requests.ts";

/** One row of the feature table. */
export interface FeatureRow {
  sae: string;
  feature: number;
  label: string;
  activation: string;
  /** Share of what a full bar means, 0 to 1. */
  share: number;
  /** What the bar is measured against, in words. */
  scale: string;
}

/** Surprisal in bits, or null for the first token. */
export const surprisalBits = (logprob: number | null) =>
  logprob === null ? null : Math.max(0, -logprob / Math.LN2);

/** How strongly a token is shaded: 0 for expected, 1 for 16 bits and more. */
export const surpriseShade = (logprob: number | null) => Math.min(1, (surprisalBits(logprob) ?? 0) / 16);

/** Scales by latent, looked up once an answer. */
const scales = new WeakMap<RankedInspect, Map<string, LatentScale>>();

function scaleOf(answer: RankedInspect, sae: number, feature: number): LatentScale | undefined {
  let known = scales.get(answer);
  if (!known) {
    known = new Map(answer.scales.map((it) => [`${it.sae}/${it.feature}`, it]));
    scales.set(answer, known);
  }
  return known.get(`${sae}/${feature}`);
}

/** The features of one token as a hover ranks and measures them; those of an SAE that was not made for the token left out. */
export function featureRows(answer: RankedInspect, token: number): FeatureRow[] {
  const { features, outside } = answer.tokens[token];
  return features
    .filter(({ sae }) => !outside[sae])
    .map(({ sae, feature, label, activation }) => {
      const scale = scaleOf(answer, sae, feature);
      const share = scale && scale.value > 0 ? activation / scale.value : 0;
      const against = scale?.from === "known maximum" ? "its known maximum" : "its strongest in this file";
      return {
        sae: answer.saes[sae].id,
        feature,
        label: label ?? "no label",
        activation: activation.toFixed(2),
        share: Math.min(1, share),
        scale: `${Math.round(100 * share)} % of ${against}`,
      };
    });
}

/** What has to be said about a token in place of features. */
export function outsideNotes(answer: RankedInspect, token: number): string[] {
  const { outside, l0 } = answer.tokens[token];
  return answer.saes.flatMap(({ id }, sae) =>
    outside[sae]
      ? [
          `Outside what ${id} was made for (special token or massive activation): ${l0[sae]} active features not shown.`,
        ]
      : [],
  );
}

/** Whether no SAE was made for a token. */
export function isOutside(answer: RankedInspect, token: number): boolean {
  const { outside } = answer.tokens[token];
  return outside.length > 0 && outside.every(Boolean);
}
