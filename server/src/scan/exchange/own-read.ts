import type { LabelEvidence } from "../../protocol/feature.ts";
import { histogramBins, kept } from "../../protocol/scan.ts";
import type { ImportedFigures } from "../../store/figures.ts";
import type { StoredFiring } from "../../store/firings.ts";
import type { StoreImporter } from "../../store/importer.ts";
import type { ScoreRow } from "../../store/scores.ts";
import type { Totals } from "../../store/totals.ts";
import { Fields } from "./fields.ts";
import { readLines } from "./lines.ts";
import type { NpActivation, NpExplanation, NpFeature, NpRecord } from "./neuronpedia-records.ts";
import type { OwnLine } from "./own.ts";
import type { OwnHeader } from "./own-header.ts";
import { badLine } from "./problems.ts";

function importedOf(it: Fields): ImportedFigures {
  const histogram = it.inner("histogram");
  const [edges, counts] = histogram ? [histogram.numbers("edges"), histogram.numbers("counts")] : [[], []];
  if (histogram && edges.length !== counts.length + 1)
    it.fail("“histogram” has not one edge more than counts");
  return {
    tokens: it.numberOr("tokens", null),
    frequency: it.numberOr("frequency", null),
    maximum: it.numberOr("maximum", null),
    histogram: histogram && { edges, counts },
  };
}

function scoresOf(it: Fields, prompts: number): ScoreRow {
  const each = it.list("each");
  if (each.length !== prompts || !each.every((score) => score === null || isShare(score)))
    it.fail("“each” holds not one score a prompt");
  const input = it.numberOr("input", null);
  if (input !== null && !isShare(input)) it.fail("“input” is no share");
  return { each: each as (number | null)[], input, texts: it.index("texts") };
}

const isShare = (value: unknown) => typeof value === "number" && value >= 0 && value <= 1;

/** Gathers what stands in our own fields; `finish` writes what is known only at the end. */
export class OwnReader {
  readonly #to: StoreImporter;
  readonly #header: OwnHeader;
  readonly #totals: Totals;

  constructor(to: StoreImporter, header: OwnHeader) {
    this.#to = to;
    this.#header = header;
    const { width } = header.sae;
    this.#totals = {
      tokens: header.tokens?.tokens ?? 0,
      outside: header.tokens?.outside ?? 0,
      count: new Uint32Array(width),
      sum: new Float64Array(width),
      maximum: new Float32Array(width),
      histogram: new Uint32Array(width * histogramBins),
    };
  }

  /** Reads the file beside the three folders. */
  async file(path: string): Promise<void> {
    const key: number[] = [];
    const rows = [0];
    const latents: number[] = [];
    let shard = 0;
    for await (const { number, value } of readLines(path)) {
      const it = new Fields(value, path, number);
      const kind = it.string("kind") as OwnLine["kind"];
      if (kind === "shard") this.#to.addShard(shard++, it.index("documents"), it.index("tokens"));
      else if (kind === "token") this.#to.addText(it.integer("id"), it.string("text"));
      else if (kind === "window")
        this.#to.addWindow(it.integer("window"), it.string("source"), Int32Array.from(it.numbers("ids")));
      else if (kind === "together") {
        const active = it.numbers("latents");
        if (
          !active.every(
            (latent) => Number.isInteger(latent) && latent >= 0 && latent < this.#header.sae.width,
          )
        )
          it.fail("“latents” names one that the SAE does not have");
        key.push(it.number("key"));
        for (const latent of active) latents.push(latent);
        rows.push(latents.length);
      } else if (kind !== "store") throw badLine(path, number, `“${kind}” is no kind of line`);
    }
    if (!this.#header.tokens) return;
    const sample = {
      key: Float64Array.from(key),
      rows: Int32Array.from(rows),
      latents: Int32Array.from(latents),
    };
    this.#to.setTogether(sample);
  }

  record(record: NpRecord): void {
    if (record.kind === "feature") this.#feature(record);
    else if (record.kind === "activation") this.#activation(record);
    else this.#explanation(record);
  }

  finish(): void {
    if (this.#header.tokens) this.#to.setTotals(this.#totals);
    if (this.#header.weights) this.#to.aboutWeights(this.#header.weights);
    if (this.#header.scores) this.#to.aboutScores(this.#header.scores);
  }

  #feature({ index, own, figures, raises, lowers, neighbours }: NpFeature): void {
    if (!own) return;
    this.#totals.count[index] = own.index("count");
    this.#totals.sum[index] = own.number("sum");
    this.#totals.maximum[index] = figures.maximum ?? 0;
    for (const pair of own.list("histogram")) {
      const [bin, n] = Array.isArray(pair) ? pair : [];
      if (!Number.isInteger(bin) || bin < 0 || bin >= histogramBins || !Number.isInteger(n) || n < 0)
        own.fail("“histogram” holds no pairs of bin and count");
      this.#totals.histogram[index * histogramBins + bin] = n;
    }
    const imported = own.inner("imported");
    if (imported) this.#to.setFigures(index, importedOf(imported));
    const scores = own.inner("scores");
    if (scores) this.#to.setScores(index, scoresOf(scores, this.#header.scores?.prompts.length ?? 0));
    if (!own.has("norm")) return;
    const pairs = (name: "raises" | "lowers", from: [string, number][]): [number, number][] => {
      const ids = own.numbers(name);
      if (ids.length !== from.length) own.fail(`“${name}” does not fit the texts of the tokens`);
      return ids.map((id, i) => [id, from[i][1]]);
    };
    this.#to.setWeights(index, {
      norm: own.number("norm"),
      raises: pairs("raises", raises),
      lowers: pairs("lowers", lowers),
      neighbours,
    });
  }

  #activation({ index, own, values, peak }: NpActivation): void {
    if (!own) return;
    const list = own.string("list");
    if (list !== "top" && list !== "sample") own.fail("“list” is neither “top” nor “sample”");
    const range = own.inner("range");
    const around = values
      .map((value, i) => ({ value, offset: i - peak }))
      .filter(({ value, offset }) => value !== 0 && offset >= -kept.before && offset <= kept.after);
    const firing: StoredFiring = {
      key: own.number("key"),
      window: own.integer("window"),
      position: own.index("position"),
      activation: values[peak],
      range: range && { start: range.index("start"), end: range.index("end") },
      offsets: Int8Array.from(around, ({ offset }) => offset),
      activations: Float32Array.from(around, ({ value }) => value),
    };
    this.#to.addFirings(index, list as "top" | "sample", [firing]);
  }

  #explanation({ index, own, label }: NpExplanation): void {
    this.#to.addLabels(index, [own ? ownLabel(label.text, own) : label]);
  }
}

const sources = ["imported", "user", "ground truth", "automatic"] as const;

function ownLabel(text: string, own: Fields): LabelEvidence {
  const source = own.string("source");
  return {
    text,
    source: sources.find((it) => it === source) ?? own.fail("“source” is no source of a label"),
    maker: own.string("maker"),
    scores: own.inner("scores")?.allNumbers() ?? {},
    from: own.numberOr("from", null),
  };
}
