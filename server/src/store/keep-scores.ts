import type { ScoreFacts } from "../protocol/scores.ts";
import { closeWritten, openDatabase } from "./database.ts";
import { inGentleTransaction } from "./gently.ts";
import { writeScores } from "./scores.ts";

/**
 * Keeps the scores of one latent in a store.
 * @param facts of this latent alone
 * @throws StoreError of {@link openDatabase}, `store-busy`; what SQLite says of a file that cannot be written
 */
export async function keepScores(
  path: string,
  sae: number,
  feature: number,
  facts: ScoreFacts,
): Promise<void> {
  const db = openDatabase(path, "write");
  try {
    await inGentleTransaction(db, path, () => writeScores(db, sae, [feature], facts));
  } finally {
    closeWritten(db);
  }
}
