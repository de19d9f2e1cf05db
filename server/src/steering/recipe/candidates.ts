import type { DocumentAnalysis } from "../../analysis/document.ts";
import type { OwnLabels } from "../../analysis/explore/catalogue.ts";
import { type ActiveFeature, activeFeatures, type Ranking, rankedFeatures } from "../../analysis/features.ts";
import { streamHook } from "../../analysis/hooks.ts";

/** A latent that the user may want to steer with. */
export interface Candidate {
  sae: string;
  latent: number;
  label: string | null;
}

/** Latents offered for a token, and for what a selection has that the rest has not. */
export const MOST_OFFERED = 3;

/**
 * The strongest latents on some tokens over all SAEs whose latents can be steered: those with a label first, since nobody can
 * tell what the others do, and both ranked as hovers rank them; of one that fires on several tokens the strongest counts.
 */
export function strongestOn(
  document: DocumentAnalysis,
  tokens: readonly number[],
  ranking: Ranking,
  own: OwnLabels,
): Candidate[] {
  const best = new Map<string, ActiveFeature>();
  for (const s of steerable(document))
    for (const t of tokens) {
      if (document.analysis.saes[s].outside[t]) continue;
      for (const it of rankedFeatures(document, s, t, ranking, own).features) {
        const key = `${s}/${it.feature}`;
        const known = best.get(key);
        // A label holds from a share of the maximum on: the stronger firing may have one where the weaker has none.
        if (!known || it.relative > known.relative) best.set(key, it);
      }
    }
  const labelled = (it: ActiveFeature) => (it.label === null ? 0 : 1);
  const known = (it: ActiveFeature) => (it.scale.from === "known maximum" ? 1 : 0);
  return [...best.values()]
    .sort(
      (a, b) =>
        labelled(b) - labelled(a) ||
        known(b) - known(a) ||
        b.relative - a.relative ||
        b.activation - a.activation,
    )
    .slice(0, MOST_OFFERED)
    .map((it) => candidate(document, it));
}

/**
 * Latents whose mean on some tokens exceeds their mean on the others most, in shares of each one's scale. Those that fire on
 * too many tokens to say anything are left out, and so are tokens that an SAE was not made for.
 */
export function firesHereOnly(
  document: DocumentAnalysis,
  tokens: readonly number[],
  ranking: Ranking,
  own: OwnLabels,
): Candidate[] {
  const here = new Set(tokens);
  const found: { it: ActiveFeature; difference: number }[] = [];
  for (const s of steerable(document)) {
    const { outside } = document.analysis.saes[s];
    const { frequency } = document.description.saes[s];
    const counted = [...document.visible].filter((t) => !outside[t]);
    const inside = counted.filter((t) => here.has(t)).length;
    if (inside === 0) continue;
    const sums = new Map<number, { it: ActiveFeature; on: number; off: number }>();
    for (const t of counted)
      for (const it of activeFeatures(document, s, t, Number.POSITIVE_INFINITY, own)) {
        if ((frequency?.[it.feature] ?? 0) > ranking.hideAboveFrequency) continue;
        const sum = sums.get(it.feature) ?? { it, on: 0, off: 0 };
        if (it.relative > sum.it.relative) sum.it = it;
        if (here.has(t)) sum.on += it.relative / inside;
        else sum.off += it.relative / (counted.length - inside);
        sums.set(it.feature, sum);
      }
    for (const { it, on, off } of sums.values()) if (on > off) found.push({ it, difference: on - off });
  }
  return found
    .sort((a, b) => b.difference - a.difference)
    .slice(0, MOST_OFFERED)
    .map(({ it }) => candidate(document, it));
}

/** Tokens that a stretch of the document holds or touches; of an empty one the token it stands in. */
export function tokensIn(document: DocumentAnalysis, start: number, end: number): number[] {
  const { starts, ends, visible } = document;
  const last = Math.max(end, start + 1);
  return [...visible].filter((t) => starts[t] < last && ends[t] > start);
}

/** The SAEs of a set-up whose latents write into the residual stream. */
function steerable({ description }: DocumentAnalysis): number[] {
  return [...description.saes.keys()].filter((s) => streamHook(description.saes[s].hook) !== null);
}

function candidate({ description }: DocumentAnalysis, { sae, feature, label }: ActiveFeature): Candidate {
  return { sae: description.saes[sae].id, latent: feature, label };
}
