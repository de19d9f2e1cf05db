import type { InspectResult } from "../../../server/src/protocol/inspect.ts";
import type { LensCell, LensToken } from "../../../server/src/protocol/lens.ts";
import type { TokensPanelState } from "../../../server/src/protocol/panel.ts";
import type { LatentScale } from "../../../server/src/protocol/requests.ts";
import { percent, visible } from "../text.ts";

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

/** Scales of latents by {@link scaleKey}. */
export type Scales = ReadonlyMap<string, LatentScale>;

export const scaleKey = (sae: number, feature: number) => `${sae}/${feature}`;

/** The features of one token as a hover ranks and measures them; those of an SAE that was not made for the token left out. */
export function featureRows(
  { features, outside }: Pick<LensToken, "features" | "outside">,
  saes: Pick<InspectResult["saes"][number], "id">[],
  scales: Scales,
): FeatureRow[] {
  return features
    .filter(({ sae }) => !outside[sae])
    .map(({ sae, feature, label, activation }) => {
      const scale = scales.get(scaleKey(sae, feature));
      const share = scale && scale.value > 0 ? activation / scale.value : 0;
      const against = scale?.from === "known maximum" ? "its known maximum" : "its strongest in this file";
      return {
        sae: saes[sae].id,
        feature,
        label: label === null ? "no label" : visible(label),
        activation: activation.toFixed(2),
        share: Math.min(1, share),
        scale: `${Math.round(100 * share)} % of ${against}`,
      };
    });
}

/** What has to be said about a token in place of features. */
export function outsideNotes(
  { outside, l0 }: Pick<LensToken, "outside" | "l0">,
  saes: Pick<InspectResult["saes"][number], "id">[],
): string[] {
  return saes.flatMap(({ id }, sae) =>
    outside[sae]
      ? [
          `Outside what ${id} was made for (special token or massive activation): ${l0[sae]} active features not shown.`,
        ]
      : [],
  );
}

/** Whether no SAE was made for a token. */
export function isOutside({ outside }: Pick<LensToken, "outside">): boolean {
  return outside.length > 0 && outside.every(Boolean);
}

/** How strongly a surprisal is shaded: 0 for expected, 1 for 16 bits and more. */
export const surpriseShade = (bits: number) => Math.min(1, Math.max(0, bits / 16));

/** How strongly a cell is shaded, 0 to 1: by the probability of its best guess, or by how unexpected to it what follows is. */
export function cellShade({ guesses, next }: LensCell, by: TokensPanelState["shade"]): number {
  if (by === "guess") return guesses.length > 0 ? Math.exp(guesses[0].logprob) : 0;
  return next ? surpriseShade(-next.logprob / Math.LN2) : 0;
}

/** A token as a cell shows it: cut, one line, and something to see where there is only space. */
export function tokenText(text: string, longest = 40): string {
  const shown = visible(text, longest);
  return shown.trim() === "" ? shown.replaceAll(" ", "␣") : shown;
}

/** A token with marks around it that show its spaces. */
export const quoted = (text: string) => `“${visible(text)}”`;

/** A cell in a sentence, for a screen reader and on pointing at it. */
export function cellTitle(cell: LensCell, layer: number, following: string | undefined): string {
  const [best] = cell.guesses;
  const guess = best
    ? `layer ${layer} predicts ${quoted(best.text)}, ${percent(Math.exp(best.logprob))}`
    : `layer ${layer}`;
  return cell.next ? `${guess}; ${nextText(cell.next, following)}` : guess;
}

/** What a layer gives the token that really comes next. */
export function nextText(
  { rank, logprob }: NonNullable<LensCell["next"]>,
  following: string | undefined,
): string {
  const what = following === undefined ? "what comes next" : `what comes next, ${quoted(following)},`;
  return `${what} is rank ${rank.toLocaleString("en")} with ${percent(Math.exp(logprob))}`;
}

/** The layer of a hook point; null where it belongs to none. */
export function layerOf(hook: string): number | null {
  const found = /^blocks\.(\d+)\./.exec(hook);
  return found ? Number(found[1]) : null;
}
