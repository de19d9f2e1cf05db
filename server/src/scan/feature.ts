import { toFeature } from "../analysis/feature.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { ProblemError } from "../host/problem-error.ts";
import type { Setup } from "../protocol/engine.ts";
import type { FeatureResult } from "../protocol/feature.ts";
import { StoreReader } from "../store/reader.ts";
import { indexOfSae, type SoughtSae } from "./stores.ts";

/**
 * What a store knows of a latent.
 * @throws StoreError; ProblemError `sae-not-in-store`
 */
export function storedFeature(store: string, sae: SoughtSae, feature: number): FeatureResult {
  const reader = StoreReader.open(store);
  try {
    const index = indexOfSae(reader, sae);
    if (index >= 0) return reader.feature(index, feature);
    throw new ProblemError({
      code: "sae-not-in-store",
      message: `The store ${store} holds ${reader.saes.map(({ id }) => id).join(", ")}, and no ${sae.id}.`,
      remedy: "Name one of these, or another store with --store.",
      subject: "sae",
      path: store,
    });
  } finally {
    reader.close();
  }
}

/** What follows from the weights alone, for a latent of which no store knows. */
export async function unscannedFeature(
  engine: Pick<EngineHost, "describe" | "featureWeights">,
  setup: Setup & { saes: [string] },
  feature: number,
): Promise<FeatureResult> {
  const { model, saes } = await engine.describe(setup);
  const [sae] = saes;
  const facts = await engine.featureWeights({ ...setup, sae: 0, from: feature, to: feature + 1 });
  const tokens = ({ ids, logits }: { ids: Int32Array; logits: Float32Array }) =>
    Array.from(ids, (token, i) => ({ id: token, text: facts.texts.get(token) ?? "", logit: logits[i] }));
  const weights = {
    norm: facts.norm[0],
    strength: facts.medianNorm > 0 ? facts.norm[0] / facts.medianNorm : null,
    raises: tokens(facts.raised),
    lowers: tokens(facts.lowered),
    neighbours: Array.from(facts.neighbours.latents, (latent, i) => ({
      feature: latent,
      cosine: facts.neighbours.cosines[i],
      label: sae.labels.get(latent)?.text ?? null,
    })),
    convention: facts.convention,
  };
  const notes = [
    `No store holds ${sae.id}: where it fires is not known. “steerscope scan CORPUS… --sae ${sae.id}” makes one.`,
  ];
  return toFeature({ model, sae, feature }, [], { statistics: null, weights, notes });
}
