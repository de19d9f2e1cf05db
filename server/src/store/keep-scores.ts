import type { FeatureScores } from "../protocol/feature.ts";
import type { ScoreFacts } from "../protocol/scores.ts";
import { openDatabase } from "./database.ts";
import { inGentleTransaction } from "./gently.ts";
import { readScores, writeScores } from "./scores.ts";

/**
 * Keeps the scores of one latent in a store and reads them from there.
 * @param facts of this latent alone
 * @throws StoreError of {@link openDatabase}, `store-busy`
 */
export async function keepScores(
  path: string,
  sae: number,
  feature: number,
  facts: ScoreFacts,
): Promise<FeatureScores> {
  const db = openDatabase(path, "write");
  try {
    await inGentleTransaction(db, path, () => writeScores(db, sae, [feature], facts));
    return readScores(db, sae, feature)!;
  } finally {
    db.close();
  }
}
