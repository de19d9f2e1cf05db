import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "./problems.ts";
import { applicationId, migrations } from "./schema.ts";

/**
 * Opens the SQLite file of a store and brings its schema up to date.
 * @param mode `create` makes the file where there is none
 * @throws StoreError `store-missing`, `store-foreign`, `store-newer`, `store-unreadable`, `sqlite-missing`
 */
export function openDatabase(path: string, mode: "create" | "write" | "read"): DatabaseSync {
  if (mode !== "create" && !existsSync(path))
    throw new StoreError(
      "store-missing",
      path,
      `There is no feature store ${path}.`,
      "Make one with “steerscope scan”.",
    );
  // At the top of the module it would be loaded, with a warning on older versions, by every command.
  const sqlite = process.getBuiltinModule?.("node:sqlite");
  if (!sqlite)
    throw new StoreError(
      "sqlite-missing",
      path,
      `Node ${process.versions.node} has no SQLite, which a feature store needs.`,
      "Use Node 22.16 or newer.",
    );
  let db: DatabaseSync | null = null;
  try {
    if (mode === "create") mkdirSync(dirname(path), { recursive: true });
    db = new sqlite.DatabaseSync(path, { readOnly: mode === "read", timeout: 10_000 });
    checkOwner(db, path);
    if (mode !== "read") {
      // Readers go on while a scan writes, and a commit is whole or not there after a kill.
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
      migrate(db);
    } else if (version(db) < migrations.length) {
      db.close();
      openDatabase(path, "write").close();
      return openDatabase(path, "read");
    }
    return db;
  } catch (error) {
    if (db?.isOpen) db.close();
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      "store-unreadable",
      path,
      `${path} cannot be used as a feature store: ${(error as Error).message}.`,
      "Name another file, or remove this one and scan again.",
    );
  }
}

const number = (db: DatabaseSync, pragma: string) =>
  Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
const version = (db: DatabaseSync) => number(db, "user_version");

function checkOwner(db: DatabaseSync, path: string): void {
  const owner = number(db, "application_id");
  const empty = owner === 0 && number(db, "schema_version") === 0;
  if (owner !== applicationId && !empty)
    throw new StoreError(
      "store-foreign",
      path,
      `${path} is a database of another program.`,
      "Name another file as the store.",
    );
  if (version(db) > migrations.length)
    throw new StoreError(
      "store-newer",
      path,
      `${path} was written by a newer Steerscope (schema ${version(db)}; this one knows ${migrations.length}).`,
      "Update Steerscope, or scan into another store.",
    );
}

function migrate(db: DatabaseSync): void {
  if (version(db) === migrations.length && number(db, "application_id") === applicationId) return;
  inTransaction(db, () => {
    // Another process may have done it meanwhile.
    for (let step = version(db); step < migrations.length; step++) migrations[step](db);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length};`);
  });
}

/** Runs work that is done as a whole or not at all. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Closes a database that was written, and leaves one file without companions. */
export function closeWritten(db: DatabaseSync): void {
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } catch {
    // Somebody reads it; then the companions go with the last reader.
  }
  db.close();
}
