import type { DatabaseSync } from "node:sqlite";
import type { LabelEvidence } from "../protocol/feature.ts";
import { histogramBins, type TokenSample } from "../protocol/scan.ts";
import { openDatabase } from "./database.ts";
import { type ImportedFigures, importedFigures } from "./figures.ts";
import { decodeFirings, type StoredFiring } from "./firings.ts";
import type { StoredSae, StoreIdentity } from "./identity.ts";
import { fromBlob } from "./numbers.ts";
import { StoreError } from "./problems.ts";
import { type AboutScores, type ScoreRow, scoresKept } from "./scores.ts";
import { readTogether, readTotals } from "./totals.ts";
import type { StoredWeights } from "./weights.ts";

/** All that a store holds of one latent, as it is kept. */
export interface LatentRows {
  feature: number;
  count: number;
  sum: number;
  maximum: number;
  histogram: number[];
  weights: StoredWeights | null;
  labels: LabelEvidence[];
  imported: ImportedFigures | null;
  scores: ScoreRow | null;
  top: StoredFiring[];
  sample: StoredFiring[];
}

/** What a store holds of an SAE as a whole. */
export interface SaeRows {
  finished: boolean;
  /** What was said of the weights' facts; null where there are none. */
  weights: { convention: string; medianNorm: number } | null;
  /** What is said of all output and input scores; null where nothing was scored. */
  scores: AboutScores | null;
  /** Null where nothing was scanned. */
  tokens: { tokens: number; outside: number } | null;
  shards: { documents: number; tokens: number }[];
}

/** Reads a store row by row, to write it elsewhere. */
export class StoreRows {
  readonly identity: StoreIdentity;
  readonly saes: StoredSae[];
  readonly #db: DatabaseSync;
  readonly #window;
  readonly #texts: Map<number, string>;

  private constructor(db: DatabaseSync, identity: StoreIdentity, saes: StoredSae[]) {
    this.#db = db;
    this.#window = db.prepare("SELECT source, ids FROM window WHERE window = ?");
    const texts = db.prepare("SELECT id, text FROM token ORDER BY id").all();
    this.#texts = new Map(texts.map(({ id, text }) => [Number(id), String(text)]));
    this.identity = identity;
    this.saes = saes;
  }

  /** @throws StoreError as `StoreReader.open` */
  static open(path: string): StoreRows {
    const db = openDatabase(path, "read");
    // One state of the store for all that is read, though a scan goes on meanwhile.
    db.exec("BEGIN");
    const row = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
    if (!row) {
      db.close();
      const remedy = "Fill it with “steerscope scan”.";
      throw new StoreError("store-empty", path, `The store ${path} is empty.`, remedy);
    }
    const saes = db.prepare("SELECT info FROM sae ORDER BY sae").all();
    const infos = saes.map(({ info }) => JSON.parse(String(info)));
    return new StoreRows(db, JSON.parse(String(row.value)), infos);
  }

  close(): void {
    this.#db.close();
  }

  about(sae: number): SaeRows {
    const meta = (key: string) => this.#db.prepare("SELECT value FROM meta WHERE key = ?").get(key);
    const weights = meta(`weights.${sae}`);
    const scores = meta(`scores.${sae}`);
    const total = this.#db.prepare("SELECT tokens, outside FROM total WHERE sae = ?").get(sae);
    const shards = this.#db.prepare("SELECT documents, tokens FROM shard ORDER BY shard").all();
    return {
      finished: meta("finished") !== undefined,
      weights: weights ? JSON.parse(String(weights.value)) : null,
      scores: scores ? JSON.parse(String(scores.value)) : null,
      tokens: total ? { tokens: Number(total.tokens), outside: Number(total.outside) } : null,
      shards: shards.map(({ documents, tokens }) => ({
        documents: Number(documents),
        tokens: Number(tokens),
      })),
    };
  }

  /** All latents of an SAE, in order. */
  *latents(sae: number): Generator<LatentRows> {
    const { width } = this.saes[sae];
    const totals = readTotals(this.#db, sae, width);
    const firing = this.#db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?");
    const weight = this.#db.prepare("SELECT facts FROM weight WHERE sae = ? AND feature = ?");
    const label = this.#db.prepare("SELECT evidence FROM label WHERE sae = ? AND feature = ? ORDER BY place");
    for (let feature = 0; feature < width; feature++) {
      const row = firing.get(sae, feature);
      const facts = weight.get(sae, feature);
      const firings = (blob: unknown) => decodeFirings((blob ?? null) as Uint8Array | null);
      yield {
        feature,
        count: totals.count[feature],
        sum: totals.sum[feature],
        maximum: totals.maximum[feature],
        histogram: [...totals.histogram.subarray(feature * histogramBins, (feature + 1) * histogramBins)],
        weights: facts ? JSON.parse(String(facts.facts)) : null,
        labels: label.all(sae, feature).map(({ evidence }) => JSON.parse(String(evidence))),
        imported: importedFigures(this.#db, sae, feature),
        scores: scoresKept(this.#db, sae, feature),
        top: firings(row?.top),
        sample: firings(row?.sample),
      };
    }
  }

  together(sae: number): TokenSample {
    return readTogether(this.#db, sae);
  }

  window(window: number): { source: string; ids: Int32Array } {
    const row = this.#window.get(window);
    return row
      ? { source: String(row.source), ids: fromBlob(Int32Array, row.ids) }
      : { source: "", ids: new Int32Array(0) };
  }

  text(id: number): string {
    return this.#texts.get(id) ?? "";
  }

  /** Texts of tokens, by id. */
  get texts(): ReadonlyMap<number, string> {
    return this.#texts;
  }
}
