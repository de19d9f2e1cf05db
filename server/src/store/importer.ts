import { existsSync, rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { LabelEvidence } from "../protocol/feature.ts";
import { kept, type TokenSample } from "../protocol/scan.ts";
import { closeWritten, openDatabase } from "./database.ts";
import { type ImportedFigures, importedFigures } from "./figures.ts";
import { mergeFirings, type StoredFiring } from "./firings.ts";
import { differenceOfWeights, type StoredSae, type StoreIdentity } from "./identity.ts";
import { toBlob } from "./numbers.ts";
import { otherStore } from "./problems.ts";
import { type AboutScores, putScores, type ScoreRow } from "./scores.ts";
import { indexForSearch } from "./search-index.ts";
import { type Totals, writeTogether, writeTotals } from "./totals.ts";
import type { StoredWeights } from "./weights.ts";

/** Fills a store from elsewhere in one transaction: it is imported as a whole or not at all. */
export class StoreImporter {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #made: boolean;
  /** Which SAE of the store is filled. */
  readonly sae: number;
  /** Whether the store holds a scan of its own: then only labels are added. */
  readonly scanned: boolean;
  /** Whether it held anything before. */
  readonly filled: boolean;
  /** Latents with examples from before: another import of the same would double them. */
  readonly #shown: Set<number>;

  private constructor(
    path: string,
    db: DatabaseSync,
    made: boolean,
    sae: number,
    known: StoreIdentity | null,
  ) {
    this.#path = path;
    this.#db = db;
    this.#made = made;
    this.sae = sae;
    this.scanned = known !== null && known.imported === undefined;
    this.filled = known !== null;
    const rows = db.prepare("SELECT feature FROM firing WHERE sae = ?").all(sae);
    this.#shown = new Set(rows.map(({ feature }) => Number(feature)));
  }

  /**
   * Opens a store to be filled, or makes it.
   * @throws StoreError `store-other` where it belongs to other weights, and those of {@link openDatabase}
   */
  static open(path: string, identity: StoreIdentity, sae: StoredSae): StoreImporter {
    const made = !existsSync(path);
    const db = openDatabase(path, "create");
    try {
      db.exec("BEGIN IMMEDIATE");
      const row = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
      const known: StoreIdentity | null = row ? JSON.parse(String(row.value)) : null;
      const difference = known && differenceOfWeights(known, identity);
      if (difference) throw otherStore(path, difference);
      if (!known) {
        db.prepare("INSERT INTO meta VALUES ('identity', ?)").run(JSON.stringify(identity));
        db.prepare("INSERT INTO sae VALUES (0, ?, ?)").run(sae.id, JSON.stringify(sae));
        return new StoreImporter(path, db, made, 0, null);
      }
      const index = known.saes.findIndex(({ id, hook }) => id === sae.id && hook === sae.hook);
      return new StoreImporter(path, db, made, index, known);
    } catch (error) {
      new StoreImporter(path, db, made, 0, null).abort();
      throw error;
    }
  }

  setTotals(totals: Totals): void {
    writeTotals(this.#db, this.sae, totals);
  }

  setTogether(sample: TokenSample): void {
    writeTogether(this.#db, this.sae, sample);
  }

  addShard(shard: number, documents: number, tokens: number): void {
    this.#db.prepare("INSERT INTO shard VALUES (?, ?, ?)").run(shard, documents, tokens);
  }

  addWindow(window: number, source: string, ids: Int32Array): void {
    this.#db.prepare("INSERT OR REPLACE INTO window VALUES (?, ?, ?)").run(window, source, toBlob(ids));
  }

  addText(id: number, text: string): void {
    this.#db.prepare("INSERT OR REPLACE INTO token VALUES (?, ?)").run(id, text);
  }

  /** The first number that no window has. */
  nextWindow(): number {
    return Number(this.#db.prepare("SELECT coalesce(max(window) + 1, 0) AS next FROM window").get()!.next);
  }

  texts(): Map<string, number> {
    const rows = this.#db.prepare("SELECT id, text FROM token ORDER BY id DESC").all();
    return new Map(rows.map(({ id, text }) => [String(text), Number(id)]));
  }

  /**
   * @param firings in ascending order of their keys
   * @returns the key from which on no later one can be taken
   */
  addFirings(feature: number, kind: "top" | "sample", firings: StoredFiring[]): number {
    if (this.#shown.has(feature)) return Number.NEGATIVE_INFINITY;
    const row = this.#db
      .prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?")
      .get(this.sae, feature);
    const before = (row?.[kind] ?? null) as Uint8Array | null;
    const fresh = { keys: firings.map(({ key }) => key), make: (i: number) => firings[i] };
    const { blob, cut } = mergeFirings(before, fresh, kept[kind]);
    const none = new Uint8Array(0);
    const blobs = { top: row?.top ?? none, sample: row?.sample ?? none, [kind]: blob } as Record<
      "top" | "sample",
      Uint8Array
    >;
    this.#db
      .prepare("INSERT OR REPLACE INTO firing VALUES (?, ?, ?, ?)")
      .run(this.sae, feature, blobs.top, blobs.sample);
    return cut;
  }

  /** Adds labels behind those there are; one that is there already (text and maker) is replaced. */
  addLabels(feature: number, labels: LabelEvidence[]): void {
    const rows = this.#db
      .prepare("SELECT place, evidence FROM label WHERE sae = ? AND feature = ? ORDER BY place")
      .all(this.sae, feature);
    const add = this.#db.prepare("INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?)");
    const known = rows.map(({ place, evidence }) => ({
      place: Number(place),
      ...(JSON.parse(String(evidence)) as LabelEvidence),
    }));
    let next = known.reduce((max, { place }) => Math.max(max, place + 1), 0);
    for (const label of labels) {
      const same = known.find(({ text, maker }) => text === label.text && maker === label.maker);
      // A label that came with the SAE rests on more than a copy of it.
      if (same && same.source !== "imported") continue;
      add.run(this.sae, feature, same?.place ?? next++, JSON.stringify(label));
      if (!same) known.push({ place: next - 1, ...label });
    }
  }

  setWeights(feature: number, weights: StoredWeights): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO weight VALUES (?, ?, ?)")
      .run(this.sae, feature, JSON.stringify(weights));
  }

  aboutWeights(about: { convention: string; medianNorm: number }): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
      .run(`weights.${this.sae}`, JSON.stringify(about));
  }

  setScores(feature: number, scores: ScoreRow): void {
    putScores(this.#db, this.sae, feature, scores);
  }

  aboutScores(about: AboutScores): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
      .run(`scores.${this.sae}`, JSON.stringify(about));
  }

  hasFigures(feature: number): boolean {
    return importedFigures(this.#db, this.sae, feature) !== null;
  }

  setFigures(feature: number, figures: ImportedFigures): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO imported VALUES (?, ?, ?)")
      .run(this.sae, feature, JSON.stringify(figures));
  }

  /** Makes it searchable and keeps it. */
  commit(finished: boolean): void {
    const widths = this.#db.prepare("SELECT info FROM sae ORDER BY sae").all();
    const indexing = indexForSearch(
      this.#db,
      widths.map(({ info }) => JSON.parse(String(info)).width),
    );
    // An import has the process to itself: nobody waits for a turn.
    while (!indexing.next().done);
    if (finished) this.#db.prepare("INSERT OR REPLACE INTO meta VALUES ('finished', 'true')").run();
    this.#db.exec("COMMIT");
    closeWritten(this.#db);
  }

  /** Leaves everything as it was; a store that was made for this goes. */
  abort(): void {
    if (this.#db.isOpen) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#db.close();
    }
    if (this.#made) for (const end of ["", "-wal", "-shm"]) rmSync(this.#path + end, { force: true });
  }
}
