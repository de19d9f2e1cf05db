import type { DatabaseSync } from "node:sqlite";
import type { FeatureExample } from "../protocol/feature.ts";
import { ExampleReader } from "./examples.ts";
import { decodeFirings } from "./firings.ts";
import { fromBlob } from "./numbers.ts";

/** An example with the window that it stands in: two of one window are not independent of each other. */
export interface KeptExample extends FeatureExample {
  window: number;
}

/** A window's tokens: ids, below 0 where an import did not say them, and their texts. */
export interface WindowTokens {
  ids: Int32Array;
  texts: string[];
}

/** All examples of a latent that a store keeps: the strongest, strongest first, and the random sample of its firings. */
export function keptExamples(
  db: DatabaseSync,
  sae: number,
  feature: number,
): { top: KeptExample[]; sample: KeptExample[] } {
  const row = db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?").get(sae, feature);
  const reader = new ExampleReader(db);
  const read = (kind: "top" | "sample"): KeptExample[] =>
    decodeFirings((row?.[kind] ?? null) as Uint8Array | null).map((firing) => ({
      ...reader.example(firing),
      window: firing.window,
    }));
  return { top: read("top"), sample: read("sample") };
}

/** Numbers of all windows that a store keeps, ascending. */
export function keptWindows(db: DatabaseSync): number[] {
  const rows = db.prepare("SELECT window FROM window ORDER BY window").all();
  return rows.map(({ window }) => Number(window));
}

/** The tokens of a window; none of one that is not kept. */
export function windowTokens(db: DatabaseSync, window: number): WindowTokens {
  const row = db.prepare("SELECT ids FROM window WHERE window = ?").get(window);
  const ids = row ? fromBlob(Int32Array, row.ids) : new Int32Array(0);
  const reader = new ExampleReader(db);
  return { ids, texts: Array.from(ids, (id) => reader.text(id)) };
}
