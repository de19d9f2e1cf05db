import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "./problems.ts";

/** Milliseconds of work after which others in this process (hovers) have their turn. */
const turn = 5;
/** How long another process may keep the store locked, in ms. */
const patience = 10_000;

/**
 * Runs work that is done as a whole or not at all, and lets others have their turn at each step of it that it yields at.
 * Nothing else may be written through this connection meanwhile.
 * @throws StoreError `store-busy` where another process keeps the store locked
 */
export async function inGentleTransaction(
  db: DatabaseSync,
  path: string,
  work: () => Generator<void, void>,
): Promise<void> {
  await begin(db, path);
  try {
    let since = performance.now();
    for (const _ of work()) {
      if (performance.now() - since < turn) continue;
      await nextTurn();
      since = performance.now();
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite's own waiting would hold up the whole process. */
async function begin(db: DatabaseSync, path: string): Promise<void> {
  const start = performance.now();
  db.exec("PRAGMA busy_timeout = 0");
  try {
    for (;;) {
      try {
        return db.exec("BEGIN IMMEDIATE");
      } catch (error) {
        const isLocked = (error as { errcode?: number }).errcode === 5;
        if (!isLocked) throw error;
        if (performance.now() - start > patience)
          throw new StoreError(
            "store-busy",
            path,
            `Another program keeps ${path} locked.`,
            "Let one scan end before the next.",
          );
        await sleep(20);
      }
    }
  } finally {
    db.exec(`PRAGMA busy_timeout = ${patience}`);
  }
}
