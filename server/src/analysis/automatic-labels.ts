import type { LabelEvidence } from "../protocol/feature.ts";

/** What a machine said of a latent: a label of its own, or scores of one that somebody else made. */
export interface AutomaticLabel extends LabelEvidence {
  feature: number;
}

/** By latent, in the order they were made. */
export type AutomaticLabels = ReadonlyMap<number, readonly AutomaticLabel[]>;

/** Labels with the scores that a judge gave them, and behind them those that were made automatically. */
export function withAutomatic(
  labels: readonly LabelEvidence[],
  found: readonly AutomaticLabel[] | undefined,
): LabelEvidence[] {
  if (!found) return [...labels];
  const judged = labels.map((label) => {
    const scored = found.find((it) => isSame(it, label));
    if (!scored) return label;
    const { scores, scoring } = scored;
    // What it came with counts over what was known of it when it was judged.
    return { ...label, scores: { ...scores, ...label.scores }, scoring };
  });
  const own = found.filter((it) => it.source === "automatic" && !labels.some((label) => isSame(it, label)));
  return [...judged, ...own.map(({ feature: _, ...label }) => label)];
}

/** Another text is another label, of which old scores say nothing. */
export function isSame(
  a: Pick<LabelEvidence, "text" | "source">,
  b: Pick<LabelEvidence, "text" | "source">,
): boolean {
  return a.source === b.source && a.text === b.text;
}
