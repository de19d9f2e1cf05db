import { createHash } from "node:crypto";
import { openDatabase } from "./database.ts";

/** Tables and the order of their rows; the search index follows from these. */
const tables: Record<string, string> = {
  meta: "key",
  sae: "sae",
  shard: "shard",
  total: "sae",
  firing: "sae, feature",
  together: "sae",
  window: "window",
  token: "id",
  weight: "sae, feature",
  label: "sae, feature, place",
  imported: "sae, feature",
  score: "sae, feature",
};

/** Everything in a store as lines in a fixed order: two stores with the same lines hold the same. Blobs as their hashes. */
export function dump(path: string): string[] {
  const db = openDatabase(path, "read");
  try {
    return Object.entries(tables).flatMap(([table, order]) =>
      db
        .prepare(`SELECT * FROM ${table} ORDER BY ${order}`)
        .all()
        .map((row) => `${table} ${Object.entries(row).map(line).join(" ")}`),
    );
  } finally {
    db.close();
  }
}

function line([name, value]: [string, unknown]): string {
  if (!(value instanceof Uint8Array)) return `${name}=${JSON.stringify(value)}`;
  return `${name}=${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;
}
