import type { Description, FeatureLabel, ModelInfo, SaeInfo } from "../protocol/engine.ts";
import type { FeatureFigures, FeatureResult, FeatureScores, LabelEvidence } from "../protocol/feature.ts";

/** One latent of a set-up. */
export interface Latent {
  model: ModelInfo;
  sae: SaeInfo;
  feature: number;
}

/** What a scan and the weights say of a latent. */
export type FeatureFindings = Pick<FeatureResult, "statistics" | "weights"> & {
  scores?: FeatureScores | null;
  /** Stand in for what the SAE itself came without. */
  known?: FeatureFigures | null;
  labels?: LabelEvidence[];
  /** Why a part of it is null, and what to do. */
  notes?: string[];
};

/** Where findings are kept: the seam between what a set-up knows by itself and a feature store. */
export interface FeatureSource {
  /** @returns null where nothing is kept of the latent's SAE. */
  feature(latent: Latent): Promise<FeatureFindings | null>;
}

/** Finds a latent; null when the set-up has no such SAE, or the SAE no such latent. */
export function latentOf({ model, saes }: Description, saeId: string, feature: number): Latent | null {
  const sae = saes.find(({ id }) => id === saeId);
  if (!sae || !Number.isInteger(feature) || feature < 0 || feature >= sae.width) return null;
  return { model, sae, feature };
}

/** Puts together what the set-up, the user and a store know of a latent, schema `steerscope.feature/1`. */
export function toFeature(
  { model, sae, feature }: Latent,
  own: LabelEvidence[],
  found: FeatureFindings | null,
): FeatureResult {
  const shipped = sae.labels.get(feature);
  return {
    schema: "steerscope.feature/1",
    model: model.id,
    sae: {
      id: sae.id,
      hook: sae.hook,
      architecture: sae.architecture,
      width: sae.width,
      conventions: [...sae.conventions],
    },
    feature,
    labels: [...own, ...(shipped ? [toEvidence(shipped)] : (found?.labels ?? []))],
    known: completed(figuresOf(sae, feature), found?.known ?? null),
    statistics: found?.statistics ?? null,
    weights: found?.weights ?? null,
    scores: found?.scores ?? null,
    notes: found ? [...(found.notes ?? [])] : [nothingScanned(sae.id)],
  };
}

/** A label of an SAE's own folder as evidence: who made it, and the scores it came with. */
export function toEvidence({ text, maker, from, f1, precision, recall }: FeatureLabel): LabelEvidence {
  // Sorting by score makes one for each of hundreds of thousands of labels.
  const scores: Record<string, number> = {};
  if (f1 !== undefined) scores.f1 = f1;
  if (precision !== undefined) scores.precision = precision;
  if (recall !== undefined) scores.recall = recall;
  return {
    text,
    source: /ground truth/i.test(maker) ? "ground truth" : "imported",
    maker,
    scores,
    from: from ?? null,
  };
}

function figuresOf({ frequency, frequencySource, maximum }: SaeInfo, feature: number): FeatureFigures | null {
  if (!frequency && !maximum) return null;
  // A maximum of 0 stands for a latent that was never seen firing.
  const largest = maximum?.[feature] || null;
  return { frequency: frequency?.[feature] ?? null, maximum: largest, measuredOn: frequencySource };
}

/** Figures of the set-up itself, with a store's in the place of those that are missing; says which those are. */
function completed(own: FeatureFigures | null, stored: FeatureFigures | null): FeatureFigures | null {
  if (!own || !stored || (own.frequency === null && own.maximum === null)) return own ?? stored;
  if (own.frequency === null) return { ...stored, maximum: own.maximum };
  if (own.maximum !== null || stored.maximum === null) return own;
  const measuredOn = `${own.measuredOn ?? "unknown text"}; the maximum on ${stored.measuredOn}`;
  return { ...own, maximum: stored.maximum, measuredOn };
}

function nothingScanned(sae: string): string {
  return `No text was scanned with ${sae} yet, so no examples, histogram, logits or neighbours are known. “Steerscope: Scan a corpus…” or “steerscope scan CORPUS… --sae ${sae}” finds them.`;
}
