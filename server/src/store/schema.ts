import type { DatabaseSync } from "node:sqlite";

/** "SSfs" in a SQLite file's header: no other program's database passes for a store. */
export const applicationId = 0x53536673;

/** Each step brings a store from the version of its index to the next; one that was released is never changed. */
export const migrations: readonly ((db: DatabaseSync) => void)[] = [
  (db) =>
    db.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE sae (sae INTEGER PRIMARY KEY, id TEXT NOT NULL, info TEXT NOT NULL);
      CREATE TABLE shard (shard INTEGER PRIMARY KEY, documents INTEGER NOT NULL, tokens INTEGER NOT NULL);
      CREATE TABLE total (
        sae INTEGER PRIMARY KEY, tokens INTEGER NOT NULL, outside INTEGER NOT NULL,
        count BLOB NOT NULL, sum BLOB NOT NULL, maximum BLOB NOT NULL, histogram BLOB NOT NULL
      );
      CREATE TABLE firing (
        sae INTEGER NOT NULL, feature INTEGER NOT NULL, top BLOB, sample BLOB, PRIMARY KEY (sae, feature)
      );
      CREATE TABLE together (sae INTEGER PRIMARY KEY, key BLOB NOT NULL, rows BLOB NOT NULL, latents BLOB NOT NULL);
      CREATE TABLE window (window INTEGER PRIMARY KEY, source TEXT NOT NULL, ids BLOB NOT NULL);
      CREATE TABLE token (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
      CREATE TABLE weight (
        sae INTEGER NOT NULL, feature INTEGER NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (sae, feature)
      ) WITHOUT ROWID;
    `),
  (db) =>
    db.exec(`
      CREATE TABLE label (
        sae INTEGER NOT NULL, feature INTEGER NOT NULL, place INTEGER NOT NULL, evidence TEXT NOT NULL,
        PRIMARY KEY (sae, feature, place)
      ) WITHOUT ROWID;
      CREATE VIRTUAL TABLE search USING fts5 (
        label, fired, examples, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
      );
    `),
  (db) =>
    db.exec(`
      CREATE TABLE imported (
        sae INTEGER NOT NULL, feature INTEGER NOT NULL, figures TEXT NOT NULL, PRIMARY KEY (sae, feature)
      ) WITHOUT ROWID;
    `),
  (db) =>
    db.exec(`
      CREATE TABLE score (
        sae INTEGER NOT NULL, feature INTEGER NOT NULL, output REAL, prompts TEXT NOT NULL, input REAL,
        texts INTEGER NOT NULL, PRIMARY KEY (sae, feature)
      ) WITHOUT ROWID;
    `),
];
