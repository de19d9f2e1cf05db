import type { DatabaseSync } from "node:sqlite";
import { ExampleReader } from "./examples.ts";
import { decodeFirings } from "./firings.ts";

/** Rows of the search index are numbered by SAE and latent. */
export const searchRow = (sae: number, feature: number) => sae * 2 ** 32 + feature;

/** Fills the search index anew from labels and strongest examples, and drops windows that nothing refers to; latent by latent. */
export function* indexForSearch(db: DatabaseSync, widths: number[]): Generator<void, void> {
  db.exec("DELETE FROM search");
  const add = db.prepare("INSERT INTO search (rowid, label, fired, examples) VALUES (?, ?, ?, ?)");
  const firing = db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?");
  const labels = db.prepare("SELECT evidence FROM label WHERE sae = ? AND feature = ? ORDER BY place");
  const reader = new ExampleReader(db);
  const used = new Set<number>();
  for (const [sae, width] of widths.entries()) {
    for (let feature = 0; feature < width; feature++) {
      yield;
      const row = firing.get(sae, feature);
      const top = decodeFirings((row?.top ?? null) as Uint8Array | null);
      const sample = decodeFirings((row?.sample ?? null) as Uint8Array | null);
      for (const { window } of [...top, ...sample]) used.add(window);
      const label = labels.all(sae, feature).map(({ evidence }) => JSON.parse(String(evidence)).text);
      if (top.length === 0 && label.length === 0) continue;
      const examples = new Set(top.map((it) => reader.example(it).tokens.join("")));
      const fired = new Set(top.map((it) => reader.text(reader.idOf(it))));
      add.run(searchRow(sae, feature), label.join("\n"), [...fired].join(" "), [...examples].join("\n"));
    }
  }
  const remove = db.prepare("DELETE FROM window WHERE window = ?");
  for (const { window } of db.prepare("SELECT window FROM window").all())
    if (!used.has(Number(window))) {
      remove.run(window);
      yield;
    }
}
