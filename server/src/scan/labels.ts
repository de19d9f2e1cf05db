import type { FeatureLabel, SaeInfo } from "../protocol/engine.ts";
import type { LabelEvidence } from "../protocol/feature.ts";

const scoreNames = ["f1", "precision", "recall"] as const;

/** A label that an SAE's folder carries, with what it rests on. */
export function toEvidence(label: FeatureLabel): LabelEvidence {
  const scores: Record<string, number> = {};
  for (const name of scoreNames) {
    const score = label[name];
    if (score !== undefined) scores[name] = score;
  }
  return {
    text: label.text,
    source: /ground truth/i.test(label.maker) ? "ground truth" : "imported",
    maker: label.maker,
    scores,
    from: label.from ?? null,
  };
}

/** All labels of an SAE by latent. */
export function* evidenceOf({ labels }: SaeInfo): Generator<[feature: number, LabelEvidence[]]> {
  for (const [feature, label] of labels) yield [feature, [toEvidence(label)]];
}
