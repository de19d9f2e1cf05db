import type { DatabaseSync } from "node:sqlite";
import { searchRow } from "./search-index.ts";
import type { StoredWeights } from "./weights.ts";

/** How much a word counts in a label, in a token that fired, and around it. */
const weights = "10.0, 4.0, 1.0";

/** Latents with all of the words, or with some where none has all; best first. A word may be the beginning of one. */
export function searchStore(
  db: DatabaseSync,
  words: string,
  most: number,
): { sae: number; feature: number }[] {
  const terms = termsOf(words);
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

/** All latents of one SAE that have all of the words in what they fired on, best first; labels do not count. */
export function searchExamples(db: DatabaseSync, sae: number, words: string): number[] {
  const terms = termsOf(words);
  if (terms.length === 0) return [];
  const rows = db
    .prepare(
      `SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? AND rowid < ? ORDER BY bm25(search, ${weights}), rowid`,
    )
    .all(`{fired examples} : (${terms.join(" AND ")})`, searchRow(sae, 0), searchRow(sae + 1, 0));
  return rows.map(({ rowid }) => Number(rowid) % 2 ** 32);
}

/**
 * Latents of one SAE with the token among those that they raise most, those that raise it most first. A token without a
 * space at either end is meant in any case and with any space around it.
 */
export function searchPromoted(db: DatabaseSync, sae: number, token: string): number[] {
  const folded = token.toLowerCase();
  const isMeant = (text: string) =>
    token.trim() === token ? text.trim().toLowerCase() === folded : text === token;
  const ids = new Set<number>();
  for (const { id, text } of db.prepare("SELECT id, text FROM token").all())
    if (isMeant(String(text))) ids.add(Number(id));
  const found = new Map<number, number>();
  // Neighbours are pairs too: what SQLite lets through is looked at below.
  const rows = db.prepare("SELECT feature, facts FROM weight WHERE sae = ? AND instr(facts, ?) > 0");
  for (const id of ids)
    for (const { feature, facts } of rows.all(sae, `[${id},`)) {
      const { raises } = JSON.parse(String(facts)) as StoredWeights;
      const logit = raises.find(([it]) => it === id)?.[1];
      const latent = Number(feature);
      if (logit !== undefined && logit > (found.get(latent) ?? Number.NEGATIVE_INFINITY))
        found.set(latent, logit);
    }
  return [...found].sort(([a, x], [b, y]) => y - x || a - b).map(([latent]) => latent);
}

/** Quoted, so that nothing in them is read as the search language's; the last letters of a word may be missing. */
function termsOf(words: string): string[] {
  return (words.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).map((word) => `"${word}"*`);
}
