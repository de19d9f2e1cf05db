import { kept, type WeightFacts } from "../../protocol/scan.ts";
import type { StoredFiring } from "../../store/firings.ts";
import type { StoreImporter } from "../../store/importer.ts";
import type { ImportEngine, Target } from "./import.ts";
import type { NpActivation, NpFeature, NpRecord } from "./neuronpedia-records.ts";
import type { Survey } from "./survey.ts";

/** Latents whose weights are looked at in one request. */
const weightBlock = 256;

/** Puts records of other programs into a store; what they leave out of the weights the engine gives. */
export class ForeignReader {
  readonly #to: StoreImporter;
  readonly #engine: ImportEngine;
  readonly #target: Target;
  readonly #found: Survey;
  readonly #ids: Map<string, number>;
  readonly #shown = new Map<number, number>();
  #window: number;
  #lowest: number;
  #examples = 0;
  #block: { from: number; facts: WeightFacts } | null = null;

  constructor(to: StoreImporter, engine: ImportEngine, target: Target, found: Survey) {
    this.#to = to;
    this.#engine = engine;
    this.#target = target;
    this.#found = found;
    this.#ids = to.texts();
    this.#window = to.nextWindow();
    this.#lowest = Math.min(0, ...this.#ids.values());
  }

  async record(record: NpRecord): Promise<void> {
    if (record.kind === "explanation") this.#to.addLabels(record.index, [record.label]);
    else if (this.#to.scanned) return;
    else if (record.kind === "feature") await this.#feature(record);
    else this.#activation(record);
  }

  /** Examples alone tell at least how strongly a latent fires. */
  finish(): void {
    for (const [feature, maximum] of this.#shown)
      if (!this.#to.hasFigures(feature))
        this.#to.setFigures(feature, { tokens: null, frequency: null, maximum, histogram: null });
  }

  async #feature({ index, figures, raises, lowers, neighbours }: NpFeature): Promise<void> {
    this.#to.setFigures(index, { tokens: this.#found.tokens, ...figures });
    const { from, facts } = await this.#facts(index);
    const i = index - from;
    const tokens = (
      theirs: [string, number][],
      { ids, logits }: WeightFacts["raised"],
    ): [number, number][] =>
      theirs.length > 0
        ? theirs.map(([text, logit]) => [this.#idOf(text), logit])
        : Array.from({ length: facts.listed }, (_, k) => [
            ids[i * facts.listed + k],
            logits[i * facts.listed + k],
          ]);
    const nearest = Array.from({ length: facts.near }, (_, k): [number, number] => [
      facts.neighbours.latents[i * facts.near + k],
      facts.neighbours.cosines[i * facts.near + k],
    ]);
    const { width } = this.#target.description.saes[0];
    const known = neighbours.filter(([other]) => other < width && other !== index);
    this.#to.setWeights(index, {
      norm: facts.norm[i],
      raises: tokens(raises, facts.raised),
      lowers: tokens(lowers, facts.lowered),
      neighbours: known.length > 0 ? known : nearest,
    });
  }

  /** Facts of the block that a latent is in; exports go through latents in order. */
  async #facts(feature: number): Promise<{ from: number; facts: WeightFacts }> {
    const from = feature - (feature % weightBlock);
    if (this.#block?.from === from) return this.#block;
    const { setup, description } = this.#target;
    const to = Math.min(description.saes[0].width, from + weightBlock);
    const facts = await this.#engine.featureWeights({ ...setup, sae: 0, from, to });
    for (const [id, text] of facts.texts) {
      this.#to.addText(id, text);
      this.#ids.set(text, id);
    }
    const convention = `Logits and neighbours as imported from ${this.#found.modelId}/${this.#found.layer}; the norm, and what is missing there, as computed here. ${facts.convention}`;
    this.#to.aboutWeights({ convention, medianNorm: facts.medianNorm });
    this.#block = { from, facts };
    return this.#block;
  }

  #activation({ index, tokens, values, peak, top, source }: NpActivation): void {
    const activation = values[peak];
    if (!(activation > 0)) return;
    this.#shown.set(index, Math.max(activation, this.#shown.get(index) ?? 0));
    const window = this.#window++;
    const ids = Int32Array.from(tokens, (text) => this.#idOf(text));
    this.#to.addWindow(window, source ?? `${this.#found.modelId}/${this.#found.layer}`, ids);
    const from = Math.max(0, peak - kept.before);
    const around = values
      .slice(from, peak + kept.after + 1)
      .map((value, i) => ({ value, offset: from + i - peak }))
      .filter(({ value }) => value !== 0);
    const firing: StoredFiring = {
      // Multiples of the golden ratio: a sample that is spread evenly, whatever the order of the lines.
      key: top ? -activation : (++this.#examples * 0.618033988749895) % 1,
      window,
      position: peak,
      activation,
      range: null,
      offsets: Int8Array.from(around, ({ offset }) => offset),
      activations: Float32Array.from(around, ({ value }) => value),
    };
    this.#to.addFirings(index, top ? "top" : "sample", [firing]);
  }

  /** A token's number; below 0 where the vocabulary's own is not known. */
  #idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = --this.#lowest;
      this.#ids.set(text, id);
      this.#to.addText(id, text);
    }
    return id;
  }
}
