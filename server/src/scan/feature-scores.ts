import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Latent } from "../analysis/feature.ts";
import type { EngineHost } from "../host/engine-host.ts";
import type { Setup } from "../protocol/engine.ts";
import type { FeatureScores } from "../protocol/feature.ts";
import type { ScoreFacts } from "../protocol/scores.ts";
import { differenceOfWeights } from "../store/identity.ts";
import { keepScores } from "../store/keep-scores.ts";
import { StoreReader } from "../store/reader.ts";
import { scoresWithoutStore } from "../store/scores.ts";
import { indexOfSae, soughtOf } from "./stores.ts";

type Engine = Pick<EngineHost, "describe" | "identify" | "featureScores" | "scanned">;

/**
 * Scores one latent, and keeps what was measured in the store that holds its SAE's examples: one whose corpus was read to the
 * end, from these very weights.
 * @param setup what `latent` is of, its SAE alone or among others
 * @param store its file; null where there is none
 * @throws ProblemError, StoreError; CancelledError
 */
export async function scoreLatent(
  engine: Engine,
  setup: Setup,
  latent: Latent,
  store: string | null,
  token?: CancellationToken,
): Promise<FeatureScores> {
  const { saes } = await engine.describe(setup, token);
  const sae = saes.findIndex(({ id }) => id === latent.sae.id);
  try {
    const features = Int32Array.of(latent.feature);
    const facts = await engine.featureScores({ ...setup, sae, features }, token);
    const why = store === null ? null : await whyNotKept(engine, setup, sae, store, token);
    if (store !== null && why === null) return await kept(store, latent, facts);
    const scores = scoresWithoutStore(facts, 0);
    return why === null ? scores : { ...scores, notes: [...scores.notes, why] };
  } finally {
    engine.scanned();
  }
}

/** Why a store's examples do not count here; null where they do. */
async function whyNotKept(
  engine: Engine,
  setup: Setup,
  sae: number,
  store: string,
  token?: CancellationToken,
): Promise<string | null> {
  const { model, saes } = await engine.identify(setup, token);
  const reader = StoreReader.open(store);
  try {
    if (!reader.finished)
      return "The scan of its store has not reached its end: scores are kept, and examples counted, after that.";
    if (reader.identity.imported !== undefined)
      return "Its store was imported: the tokens of its examples are not told by this model's ids.";
    const differs = differenceOfWeights(reader.identity, { model, saes: [saes[sae]] });
    return differs && `The store ${store} does not count here: it was made for ${differs}.`;
  } finally {
    reader.close();
  }
}

async function kept(store: string, latent: Latent, facts: ScoreFacts): Promise<FeatureScores> {
  const reader = StoreReader.open(store);
  // The weights are the same, whatever the model is called here.
  const index = indexOfSae(reader, { ...soughtOf(latent.model, latent.sae), model: undefined });
  reader.close();
  return keepScores(store, index, latent.feature, facts);
}
