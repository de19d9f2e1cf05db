import type { DatabaseSync } from "node:sqlite";
import type { LabelEvidence } from "../protocol/feature.ts";
import { kept, type ShardResult, type TokenSample, type WeightFacts } from "../protocol/scan.ts";
import type { ScoreFacts } from "../protocol/scores.ts";
import { closeWritten, openDatabase } from "./database.ts";
import { mergeFirings } from "./firings.ts";
import { inGentleTransaction } from "./gently.ts";
import { differenceOf, type StoredSae, type StoreIdentity } from "./identity.ts";
import { toBlob } from "./numbers.ts";
import { otherStore, StoreError } from "./problems.ts";
import { countScores, withoutScores, writeScores } from "./scores.ts";
import { indexForSearch } from "./search-index.ts";
import { freshFirings, type ShardPlaces, windowId } from "./shard-firings.ts";
import {
  addShard,
  mergeTogether,
  readTogether,
  readTotals,
  type Totals,
  writeTogether,
  writeTotals,
} from "./totals.ts";
import { storedWeights } from "./weights.ts";

/** How far the scan of a store is. */
export interface Progress {
  shards: number;
  documents: number;
  tokens: number;
  finished: boolean;
}

/** Keys of the worst firing kept of each latent; NaN where that is not known yet. */
interface Cuts {
  top: Float64Array;
  sample: Float64Array;
}

/** The one scan that writes a store. Every step is a transaction: after a kill it was done as a whole or not at all. */
export class StoreWriter {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #widths: number[];
  readonly #totals: Totals[];
  readonly #together: TokenSample[];
  readonly #cuts: Cuts[];

  private constructor(path: string, db: DatabaseSync, widths: number[]) {
    this.#path = path;
    this.#db = db;
    this.#widths = widths;
    this.#totals = widths.map((width, sae) => readTotals(db, sae, width));
    this.#together = widths.map((_, sae) => readTogether(db, sae));
    const unknown = (width: number) => new Float64Array(width).fill(Number.NaN);
    this.#cuts = widths.map((width) => ({ top: unknown(width), sample: unknown(width) }));
  }

  /**
   * Opens a store for a scan, or makes it.
   * @throws StoreError `store-other` where it was made from something else, and those of {@link openDatabase}
   */
  static async open(path: string, identity: StoreIdentity, saes: StoredSae[]): Promise<StoreWriter> {
    const db = openDatabase(path, "create");
    try {
      await inGentleTransaction(db, path, function* () {
        const known = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
        const difference = known && differenceOf(JSON.parse(String(known.value)), identity);
        if (difference) throw otherStore(path, difference);
        if (known) return;
        db.prepare("INSERT INTO meta VALUES ('identity', ?)").run(JSON.stringify(identity));
        const add = db.prepare("INSERT INTO sae VALUES (?, ?, ?)");
        for (const [i, sae] of saes.entries()) {
          add.run(i, sae.id, JSON.stringify(sae));
          yield;
        }
      });
      return new StoreWriter(
        path,
        db,
        saes.map(({ width }) => width),
      );
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get progress(): Progress {
    const row = this.#db
      .prepare("SELECT count(*) AS shards, total(documents) AS documents, total(tokens) AS tokens FROM shard")
      .get()!;
    const finished = this.#db.prepare("SELECT 1 FROM meta WHERE key = 'finished'").get() !== undefined;
    return {
      shards: Number(row.shards),
      documents: Number(row.documents),
      tokens: Number(row.tokens),
      finished,
    };
  }

  /**
   * Merges the next shard, and with it the checkpoint.
   * @param documents in the shard
   * @throws StoreError `store-busy` where another scan has merged it meanwhile
   */
  async merge(result: ShardResult, documents: number, places: ShardPlaces): Promise<void> {
    const totals: Totals[] = [];
    const together: TokenSample[] = [];
    const cuts = this.#cuts.map(({ top, sample }) => ({ top: top.slice(), sample: sample.slice() }));
    const self = this;
    await this.#gently(function* () {
      const { shards } = self.progress;
      if (shards !== result.shard)
        throw new StoreError(
          "store-busy",
          self.#path,
          `Shard ${result.shard} was to come next, but ${self.#path} holds ${shards}: another scan writes it too.`,
          "Let one scan end before the next.",
        );
      self.#db.prepare("INSERT INTO shard VALUES (?, ?, ?)").run(result.shard, documents, result.tokens);
      const windows = new Set<number>();
      for (const sae of self.#widths.keys()) {
        totals[sae] = addShard(self.#totals[sae], result.saes[sae]);
        writeTotals(self.#db, sae, totals[sae]);
        yield;
        together[sae] = mergeTogether(self.#together[sae], result.saes[sae].together);
        yield;
        if (together[sae] !== self.#together[sae]) writeTogether(self.#db, sae, together[sae]);
        yield* self.#mergeFirings(result, sae, places, cuts[sae], windows);
      }
      yield* self.#addWindows(result, places, windows);
    });
    for (const [sae] of this.#widths.entries()) {
      this.#totals[sae] = totals[sae];
      this.#together[sae] = together[sae];
      this.#cuts[sae] = cuts[sae];
    }
  }

  /** How many latents of an SAE have what follows from their weights. */
  weightsDone(sae: number): number {
    return Number(this.#db.prepare("SELECT count(*) AS n FROM weight WHERE sae = ?").get(sae)!.n);
  }

  /** Adds what follows from the weights of latents from `from` on. */
  addWeights(sae: number, from: number, facts: WeightFacts): Promise<void> {
    const self = this;
    return this.#gently(function* () {
      const add = self.#db.prepare("INSERT OR REPLACE INTO weight VALUES (?, ?, ?)");
      for (const i of facts.norm.keys()) {
        add.run(sae, from + i, JSON.stringify(storedWeights(facts, i)));
        yield;
      }
      yield* self.#addTexts(facts.texts);
      const convention = JSON.stringify({ convention: facts.convention, medianNorm: facts.medianNorm });
      self.#db.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)").run(`weights.${sae}`, convention);
    });
  }

  /** Puts these in the place of the labels that came with an SAE. */
  setLabels(sae: number, labels: Iterable<[feature: number, LabelEvidence[]]>): Promise<void> {
    const self = this;
    return this.#gently(function* () {
      self.#db.prepare("DELETE FROM label WHERE sae = ?").run(sae);
      const add = self.#db.prepare("INSERT INTO label VALUES (?, ?, ?, ?)");
      for (const [feature, evidence] of labels) {
        for (const [place, label] of evidence.entries()) add.run(sae, feature, place, JSON.stringify(label));
        yield;
      }
    });
  }

  /** Makes what was scanned so far searchable, and drops windows that no example stands in any more. */
  index(finished: boolean): Promise<void> {
    const self = this;
    return this.#gently(function* () {
      yield* indexForSearch(self.#db, self.#widths);
      if (finished) self.#db.prepare("INSERT OR REPLACE INTO meta VALUES ('finished', 'true')").run();
    });
  }

  /** Latents of an SAE that have no scores, the first `most` of them; and how many have. */
  scoresLeft(sae: number, most: number): { latents: Int32Array; done: number } {
    return {
      latents: withoutScores(this.#db, sae, this.#widths[sae], most),
      done: countScores(this.#db, sae),
    };
  }

  /** Adds scores of latents, in the order of `facts`. */
  addScores(sae: number, latents: Int32Array, facts: ScoreFacts): Promise<void> {
    return this.#gently(() => writeScores(this.#db, sae, latents, facts));
  }

  /** Leaves one file without companions. */
  close(): void {
    closeWritten(this.#db);
  }

  #gently(work: () => Generator<void, void>): Promise<void> {
    return inGentleTransaction(this.#db, this.#path, work);
  }

  *#mergeFirings(
    result: ShardResult,
    sae: number,
    places: ShardPlaces,
    cuts: Cuts,
    windows: Set<number>,
  ): Generator<void, void> {
    const shard = result.saes[sae];
    const read = this.#db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?");
    const write = this.#db.prepare("INSERT OR REPLACE INTO firing VALUES (?, ?, ?, ?)");
    for (const [i, latent] of shard.latents.entries()) {
      yield;
      const fresh = {
        top: freshFirings(result, shard.top, i, places, windows),
        sample: freshFirings(result, shard.sample, i, places, windows),
      };
      const hopeless = (kind: "top" | "sample") => (fresh[kind].keys[0] ?? 0) >= cuts[kind][latent];
      if (hopeless("top") && hopeless("sample")) continue;
      const row = read.get(sae, latent);
      const merged = (["top", "sample"] as const).map((kind) => {
        const before = (row?.[kind] ?? null) as Uint8Array | null;
        const it = mergeFirings(before, fresh[kind], kept[kind]);
        cuts[kind][latent] = it.cut;
        return it;
      });
      if (merged.some(({ changed }) => changed)) write.run(sae, latent, merged[0].blob, merged[1].blob);
    }
  }

  *#addWindows(result: ShardResult, places: ShardPlaces, wanted: Set<number>): Generator<void, void> {
    const { document, rows, ids } = result.windows;
    const add = this.#db.prepare("INSERT OR IGNORE INTO window VALUES (?, ?, ?)");
    const used = new Set<number>();
    for (const w of [...wanted].sort((a, b) => a - b)) {
      const part = ids.subarray(rows[w], rows[w + 1]);
      for (const id of part) used.add(id);
      add.run(windowId(result.windows, w), places.source(document[w]), toBlob(part));
      yield;
    }
    yield* this.#addTexts(new Map([...used].map((id) => [id, result.texts.get(id) ?? ""])));
  }

  *#addTexts(texts: Map<number, string>): Generator<void, void> {
    const add = this.#db.prepare("INSERT OR IGNORE INTO token VALUES (?, ?)");
    for (const [id, text] of texts) {
      add.run(id, text);
      yield;
    }
  }
}
