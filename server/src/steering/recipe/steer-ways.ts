import { isWeak } from "../../protocol/feature.ts";
import { handleWords, type SteerWay } from "../../protocol/steer-feature.ts";
import type { Candidate } from "./candidates.ts";
import type { NewChange, NewEdit } from "./edit-text.ts";

/** Ways to steer with one latent. A residual norm's half is a push that most models still write sense under. */
export const steerWays: Record<SteerWay, { verb: string; edit: NewChange }> = {
  amplify: { verb: "Amplify", edit: { strength: 0.5 } },
  suppress: { verb: "Suppress", edit: { strength: -0.5 } },
  ablate: { verb: "Ablate", edit: { op: "ablate" } },
  clamp: { verb: "Clamp to its strongest:", edit: { op: "clamp", strength: 1 } },
};

/** The entry of a recipe that steers so with a latent. */
export function editFor({ sae, latent, label }: Candidate, edit: NewChange): NewEdit {
  return { feature: `${sae}/${latent}`, ...edit, comment: label };
}

/**
 * What steering so with a latent is called; a weak handle is marked, except where it is only switched off.
 * @param output its output score; null where it is not known
 */
export function steerTitle(way: SteerWay, { sae, latent, label }: Candidate, output: number | null): string {
  const name = label === null ? `${sae}/${latent}` : `“${label}” (${sae}/${latent})`;
  const mark = way !== "ablate" && output !== null && isWeak(output) ? ` · ${handleWords(output)}` : "";
  return `${steerWays[way].verb} ${name}${mark}`;
}

/** Whether an SAE knows how strongly a latent fires at most: without that nothing can be clamped there. */
export function hasMaximum({ maximum }: { maximum: Float32Array | null }, latent: number): boolean {
  return (maximum?.[latent] ?? 0) > 0;
}
