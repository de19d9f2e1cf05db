import { copyFileSync, rmSync } from "node:fs";
import { openDatabase } from "./database.ts";
import { firstFirings } from "./firings.ts";
import type { StoredSae } from "./identity.ts";
import { StoreError } from "./problems.ts";
import { indexForSearch } from "./search-index.ts";
import { readTogether, writeTogether } from "./totals.ts";

/** How much of each kind is left for a latent, and of how many tokens it is kept what fires together. */
export interface TrimSizes {
  top: number;
  sample: number;
  together: number;
}

/**
 * Writes a smaller copy of a store, to pass on: the same figures over the same tokens, with fewer examples. What is left are
 * the strongest firings, and the beginning of the samples, which are drawn in no order. A copy cannot be scanned on.
 * @throws StoreError where `from` is no store that was scanned to its end
 */
export function trimStore(from: string, to: string, sizes: TrimSizes): void {
  const source = openDatabase(from, "write");
  try {
    if (!source.prepare("SELECT 1 FROM meta WHERE key = 'finished'").get())
      throw new StoreError(
        "store-unfinished",
        from,
        `The scan of ${from} has not reached its end.`,
        "Give the same scan command again to finish it.",
      );
    // Everything in one file, so that it can be copied.
    source.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    source.close();
  }
  rmSync(to, { force: true });
  copyFileSync(from, to);
  const db = openDatabase(to, "write");
  try {
    db.exec("BEGIN");
    const widths = db
      .prepare("SELECT info FROM sae ORDER BY sae")
      .all()
      .map(({ info }) => (JSON.parse(String(info)) as StoredSae).width);
    const write = db.prepare("UPDATE firing SET top = ?, sample = ? WHERE sae = ? AND feature = ?");
    const places = db.prepare("SELECT sae, feature FROM firing").all();
    const read = db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?");
    for (const { sae, feature } of places) {
      const row = read.get(sae, feature);
      const first = (kind: "top" | "sample") =>
        firstFirings((row?.[kind] ?? null) as Uint8Array | null, sizes[kind]);
      write.run(first("top"), first("sample"), sae, feature);
    }
    for (const [sae] of widths.entries()) {
      const { key, rows, latents } = readTogether(db, sae);
      const n = Math.min(key.length, sizes.together);
      writeTogether(db, sae, {
        key: key.slice(0, n),
        rows: rows.slice(0, n + 1),
        latents: latents.slice(0, rows[n]),
      });
    }
    for (const _ of indexForSearch(db, widths)) {
      // Nothing else waits for its turn here.
    }
    db.exec("COMMIT");
    db.exec("INSERT INTO search (search) VALUES ('optimize')");
    // One file, also where the folder cannot be written to.
    db.exec("PRAGMA journal_mode = DELETE; VACUUM;");
  } finally {
    db.close();
  }
}
