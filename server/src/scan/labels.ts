import { toEvidence } from "../analysis/feature.ts";
import type { SaeInfo } from "../protocol/engine.ts";
import type { LabelEvidence } from "../protocol/feature.ts";

/** All labels that an SAE's folder carries, by latent. */
export function* evidenceOf({ labels }: SaeInfo): Generator<[feature: number, LabelEvidence[]]> {
  for (const [feature, label] of labels) yield [feature, [toEvidence(label)]];
}
