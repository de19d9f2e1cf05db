import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type {
  FeatureFigures,
  FeatureResult,
  FeatureScores,
  FeatureStatistics,
  FeatureSummary,
  FeatureWeights,
  LabelEvidence,
} from "../protocol/feature.ts";
import { histogramBins, histogramEdges } from "../protocol/scan.ts";
import type { ScoreFacts } from "../protocol/scores.ts";
import { bandsOf } from "./bands.ts";
import { openDatabase } from "./database.ts";
import { ExampleReader } from "./examples.ts";
import { type ImportedFigures, importedFigures, meanOf, notesOn } from "./figures.ts";
import { decodeFirings } from "./firings.ts";
import type { StoredSae, StoreIdentity } from "./identity.ts";
import {
  type KeptExample,
  keptExamples,
  keptWindows,
  type WindowTokens,
  windowTokens,
} from "./kept-examples.ts";
import { StoreError } from "./problems.ts";
import { allScores, readScores, scoresOf } from "./scores.ts";
import { searchExamples, searchPromoted, searchStore } from "./search.ts";
import { companionsOf } from "./together.ts";
import { readTogether, readTotals, type Totals } from "./totals.ts";
import type { StoredWeights } from "./weights.ts";

/** Tokens listed as those a latent fires on most, and latents as those it fires with. */
const tokensListed = 10;
const companionsListed = 50;

/** What a store knows, read only; a scan may write it meanwhile. */
export class StoreReader {
  readonly path: string;
  readonly identity: StoreIdentity;
  readonly saes: StoredSae[];
  readonly #db: DatabaseSync;
  readonly #totals = new Map<number, Totals>();

  private constructor(path: string, db: DatabaseSync, identity: StoreIdentity, saes: StoredSae[]) {
    this.path = path;
    this.#db = db;
    this.identity = identity;
    this.saes = saes;
  }

  /** @throws StoreError of {@link openDatabase}, `store-empty` where a scan was never begun */
  static open(path: string): StoreReader {
    const db = openDatabase(path, "read");
    const row = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
    if (!row) {
      db.close();
      throw new StoreError(
        "store-empty",
        path,
        `The store ${path} is empty.`,
        "Fill it with “steerscope scan”.",
      );
    }
    const saes = db.prepare("SELECT info FROM sae ORDER BY sae").all();
    return new StoreReader(
      path,
      db,
      JSON.parse(String(row.value)),
      saes.map(({ info }) => JSON.parse(String(info))),
    );
  }

  close(): void {
    this.#db.close();
  }

  /** Whether the corpus was scanned to its end. */
  get finished(): boolean {
    return this.#db.prepare("SELECT 1 FROM meta WHERE key = 'finished'").get() !== undefined;
  }

  /** Everything known of a latent of the `sae`-th SAE. */
  feature(sae: number, feature: number): FeatureResult {
    const { id, hook, architecture, width, conventions } = this.saes[sae];
    if (!(Number.isInteger(feature) && feature >= 0 && feature < width))
      throw new StoreError(
        "feature-unknown",
        this.path,
        `${id} has no latent ${feature}: its latents are 0 to ${width - 1}.`,
        "Name one of these.",
      );
    const statistics = this.#statistics(sae, feature);
    const weights = this.#weights(sae, feature);
    const notes: string[] = [];
    if (!this.finished) notes.push("The scan has not reached its end; run it again to go on.");
    const imported = this.identity.imported !== undefined;
    if (!statistics)
      notes.push(imported ? "No figures of it were imported." : "No token has been scanned yet.");
    if (!weights)
      notes.push(
        imported
          ? "What follows from its weights was not imported."
          : "What follows from the weights comes at the end of the scan.",
      );
    if (this.#total(sae).tokens === 0) notes.push(...notesOn(this.#imported(sae, feature)));
    return {
      schema: "steerscope.feature/1",
      model: this.identity.model.id,
      sae: { id, hook, architecture, width, conventions },
      feature,
      labels: this.labels(sae, feature),
      known: this.#known(statistics),
      statistics,
      weights,
      scores: readScores(this.#db, sae, feature),
      notes,
    };
  }

  /** All examples of a latent: the strongest, strongest first, and the random sample of its firings. */
  examples(sae: number, feature: number): { top: KeptExample[]; sample: KeptExample[] } {
    return keptExamples(this.#db, sae, feature);
  }

  /** Numbers of the windows kept, ascending. */
  windows(): number[] {
    return keptWindows(this.#db);
  }

  windowTokens(window: number): WindowTokens {
    return windowTokens(this.#db, window);
  }

  /** Latents by words in their labels, in the tokens they fire on, and around these; best first. */
  search(words: string, most: number): FeatureSummary[] {
    return searchStore(this.#db, words, most).map(({ sae, feature }) => this.summary(sae, feature));
  }

  /** Latents of an SAE that fired on texts with all these words, best first. */
  byExamples(sae: number, words: string): number[] {
    return searchExamples(this.#db, sae, words);
  }

  /** Latents of an SAE that raise a token, those that raise it most first. */
  byPromotedToken(sae: number, token: string): number[] {
    return searchPromoted(this.#db, sae, token);
  }

  /** Frequencies and largest activations of all latents of an SAE; null before the first token. */
  figures(sae: number): { tokens: number; frequency: Float32Array; maximum: Float32Array } | null {
    const { tokens, count, maximum } = this.#total(sae);
    if (tokens === 0) return null;
    return { tokens, frequency: Float32Array.from(count, (n) => n / tokens), maximum };
  }

  /** Output and input scores of all latents of an SAE, NaN where there is none; null where none was scored. */
  scores(sae: number): { output: Float32Array; input: Float32Array } | null {
    return allScores(this.#db, sae, this.saes[sae].width);
  }

  /** What was measured of one latent, with its input score on the examples here; nothing is kept. */
  score(sae: number, feature: number, facts: ScoreFacts): FeatureScores {
    return scoresOf(facts, { db: this.#db, sae, feature });
  }

  /** Labels of an SAE, by latent. */
  allLabels(sae: number): Map<number, LabelEvidence[]> {
    const labels = new Map<number, LabelEvidence[]>();
    const rows = this.#db.prepare(
      "SELECT feature, evidence FROM label WHERE sae = ? ORDER BY feature, place",
    );
    for (const { feature, evidence } of rows.all(sae)) {
      const of = labels.get(Number(feature)) ?? [];
      labels.set(Number(feature), [...of, JSON.parse(String(evidence))]);
    }
    return labels;
  }

  /** What was read, and what this store is called, for people. */
  describe(tokens: number): string {
    return `${tokens.toLocaleString("en")} tokens of ${this.#corpus()} (feature store ${basename(this.path)})`;
  }

  summary(sae: number, feature: number): FeatureSummary {
    const { tokens, count, maximum } = this.#total(sae);
    const labels = this.labels(sae, feature);
    const best = labels.toSorted((a, b) => (scoreOf(b) ?? -1) - (scoreOf(a) ?? -1)).at(0);
    const imported = tokens > 0 ? null : this.#imported(sae, feature);
    const scores = readScores(this.#db, sae, feature);
    return {
      sae: this.saes[sae].id,
      feature,
      label: best?.text ?? null,
      source: best?.source ?? null,
      frequency: tokens > 0 ? count[feature] / tokens : (imported?.frequency ?? null),
      maximum: tokens > 0 ? maximum[feature] : (imported?.maximum ?? null),
      score: best ? scoreOf(best) : null,
      output: scores?.output?.value ?? null,
      input: scores?.input?.value ?? null,
    };
  }

  labels(sae: number, feature: number): LabelEvidence[] {
    const rows = this.#db
      .prepare("SELECT evidence FROM label WHERE sae = ? AND feature = ? ORDER BY place")
      .all(sae, feature);
    return rows.map(({ evidence }) => JSON.parse(String(evidence)));
  }

  /** What a set-up would know by itself: the store's own figures are all there are here. */
  #known(statistics: FeatureStatistics | null): FeatureFigures | null {
    if (!statistics) return null;
    const { frequency, maximum, tokens } = statistics;
    return { frequency, maximum: maximum || null, measuredOn: this.describe(tokens) };
  }

  #label(sae: number, feature: number): string | null {
    return this.labels(sae, feature).at(0)?.text ?? null;
  }

  #total(sae: number): Totals {
    let known = this.#totals.get(sae);
    if (!known) {
      known = readTotals(this.#db, sae, this.saes[sae].width);
      // A scan that goes on changes them.
      if (this.finished) this.#totals.set(sae, known);
    }
    return known;
  }

  #imported(sae: number, feature: number): ImportedFigures | null {
    return importedFigures(this.#db, sae, feature);
  }

  #statistics(sae: number, feature: number): FeatureStatistics | null {
    const { tokens, outside, count, sum, maximum, histogram } = this.#total(sae);
    const imported = tokens > 0 ? null : this.#imported(sae, feature);
    if (tokens === 0 && !imported) return null;
    const row = this.#db
      .prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?")
      .get(sae, feature);
    const firings = (kind: "top" | "sample") => decodeFirings((row?.[kind] ?? null) as Uint8Array | null);
    const sample = firings("sample");
    const reader = new ExampleReader(this.#db);
    const fired = new Map<number, number>();
    for (const firing of sample) {
      const id = reader.idOf(firing);
      fired.set(id, (fired.get(id) ?? 0) + 1);
    }
    const from = feature * histogramBins;
    const figures = imported
      ? {
          tokens: imported.tokens ?? 0,
          frequency: imported.frequency ?? 0,
          maximum: imported.maximum ?? 0,
          meanWhenActive: meanOf(imported),
          histogram: imported.histogram ?? { edges: [0], counts: [] },
        }
      : {
          tokens,
          frequency: count[feature] / tokens,
          maximum: maximum[feature],
          meanWhenActive: count[feature] > 0 ? sum[feature] / count[feature] : 0,
          histogram: {
            edges: [...histogramEdges],
            counts: [...histogram.subarray(from, from + histogramBins)],
          },
        };
    return {
      ...figures,
      outside,
      corpus: this.#corpus(),
      top: firings("top").map((firing) => reader.example(firing)),
      bands: bandsOf(sample).map(({ from, to, firings }) => ({
        from,
        to,
        examples: firings.map((firing) => reader.example(firing)),
      })),
      tokensFired: [...fired]
        .map(([id, n]) => ({ id, text: reader.text(id), share: n / sample.length }))
        .sort((a, b) => b.share - a.share || a.id - b.id)
        .slice(0, tokensListed),
      firesWith: companionsOf(readTogether(this.#db, sae), feature, companionsListed).map((it) => ({
        ...it,
        label: this.#label(sae, it.feature),
      })),
    };
  }

  #weights(sae: number, feature: number): FeatureWeights | null {
    const row = this.#db.prepare("SELECT facts FROM weight WHERE sae = ? AND feature = ?").get(sae, feature);
    const about = this.#db.prepare("SELECT value FROM meta WHERE key = ?").get(`weights.${sae}`);
    if (!row || !about) return null;
    const { norm, raises, lowers, neighbours } = JSON.parse(String(row.facts)) as StoredWeights;
    const { convention, medianNorm } = JSON.parse(String(about.value));
    const reader = new ExampleReader(this.#db);
    const tokens = (pairs: [number, number][]) =>
      pairs.map(([id, logit]) => ({ id, text: reader.text(id), logit }));
    return {
      norm,
      strength: medianNorm > 0 ? norm / medianNorm : null,
      raises: tokens(raises),
      lowers: tokens(lowers),
      neighbours: neighbours.map(([other, cosine]) => ({
        feature: other,
        cosine,
        label: this.#label(sae, other),
      })),
      convention,
    };
  }

  #corpus(): string {
    const { files, maxTokens } = this.identity.corpus;
    const names = files.slice(0, 3).map(({ name }) => name);
    if (files.length > 3) names.push(`${files.length - 3} more files`);
    return `${names.join(", ")}${maxTokens === null ? "" : `, the first ${maxTokens} tokens`}`;
  }
}

/** The score that a label is ranked by: how well it says where the latent fires, or the best there is. */
function scoreOf({ scores }: LabelEvidence): number | null {
  if (scores.f1 !== undefined) return scores.f1;
  const all = Object.values(scores);
  return all.length > 0 ? Math.max(...all) : null;
}
