import type { FeatureLabel } from "../protocol/engine.ts";
import type { LabelEvidence } from "../protocol/feature.ts";

/** A label of an SAE's own folder as evidence: who made it, and the scores it came with. */
export function evidenceOf({ text, maker, from, f1, precision, recall }: FeatureLabel): LabelEvidence {
  const scores = Object.entries({ f1, precision, recall }).filter(([, score]) => score !== undefined);
  return {
    text,
    source: /ground truth/i.test(maker) ? "ground truth" : "imported",
    maker,
    scores: Object.fromEntries(scores) as Record<string, number>,
    from: from ?? null,
  };
}

/** One number for a label's scores: F1, which weighs precision and recall, else the best; null where it is unscored. */
export function scoreOf({ scores }: Pick<LabelEvidence, "scores">): number | null {
  const all = Object.values(scores);
  return scores.f1 ?? (all.length > 0 ? Math.max(...all) : null);
}
