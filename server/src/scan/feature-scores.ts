import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Latent } from "../analysis/feature.ts";
import type { EngineHost } from "../host/engine-host.ts";
import type { Setup } from "../protocol/engine.ts";
import type { FeatureScores } from "../protocol/feature.ts";
import type { ScanIdentity } from "../protocol/scan.ts";
import type { ScoreFacts } from "../protocol/scores.ts";
import { differenceOfWeights } from "../store/identity.ts";
import { keepScores } from "../store/keep-scores.ts";
import { StoreReader } from "../store/reader.ts";
import { scoresOf } from "../store/scores.ts";
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
    if (store === null) return scoresOf(facts, null);
    const { model, saes: all } = await engine.identify(setup, token);
    const counted = countExamples(store, latent, { model, saes: [all[sae]] }, facts);
    if ("why" in counted) return noting(scoresOf(facts, null), counted.why);
    // What cannot be kept, say in a folder that nobody may write, is known all the same.
    const problem = await keepScores(store, counted.index, latent.feature, facts).then(
      () => null,
      (error: Error) => error.message,
    );
    return problem === null ? counted.scores : noting(counted.scores, `The scores were not kept. ${problem}`);
  } finally {
    engine.scanned();
  }
}

const noting = (scores: FeatureScores, note: string): FeatureScores => ({
  ...scores,
  notes: [...scores.notes, note],
});

/** Scores with a store's examples, and which of its SAEs it is; or why these do not count. */
function countExamples(
  path: string,
  { model, sae, feature }: Latent,
  now: ScanIdentity,
  facts: ScoreFacts,
): { index: number; scores: FeatureScores } | { why: string } {
  const store = StoreReader.open(path);
  try {
    const why = whyNotCounted(store, now);
    if (why) return { why };
    // The weights are the same, whatever the model is called here.
    const index = indexOfSae(store, { ...soughtOf(model, sae), model: undefined });
    return { index, scores: store.score(index, feature, facts) };
  } finally {
    store.close();
  }
}

/** Why a store's examples do not count; null where they do. */
function whyNotCounted(store: StoreReader, now: ScanIdentity): string | null {
  if (!store.finished)
    return "The scan of its store has not reached its end: scores are kept, and examples counted, after that.";
  if (store.identity.imported !== undefined)
    return "Its store was imported: the tokens of its examples are not told by this model's ids.";
  const differs = differenceOfWeights(store.identity, now);
  return differs && `The store ${store.path} does not count here: it was made for ${differs}.`;
}
