import type { DatabaseSync } from "node:sqlite";

/** How much a word counts in a label, in a token that fired, and around it. */
const weights = "10.0, 4.0, 1.0";

/** Latents with all of the words, or with some where none has all; best first. A word may be the beginning of one. */
export function searchStore(
  db: DatabaseSync,
  words: string,
  most: number,
): { sae: number; feature: number }[] {
  // Quoted, so that nothing in them is read as the search language's.
  const terms = (words.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).map((word) => `"${word}"*`);
  if (terms.length === 0) return [];
  const find = db.prepare(
    `SELECT rowid FROM search WHERE search MATCH ? ORDER BY bm25(search, ${weights}), rowid LIMIT ?`,
  );
  for (const joint of [" AND ", " OR "]) {
    const rows = find.all(terms.join(joint), most);
    if (rows.length > 0)
      return rows.map(({ rowid }) => ({
        sae: Math.floor(Number(rowid) / 2 ** 32),
        feature: Number(rowid) % 2 ** 32,
      }));
  }
  return [];
}
