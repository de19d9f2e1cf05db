import type { Embeddings, EmbedParams } from "../../protocol/embedding.ts";
import { Embedder } from "./embedder.ts";

/** Tokens run at once at most, beyond one text: hovers wait for them. */
const mostTokens = 256;

/**
 * The embedder in use. It is kept between the parts of one search, which are requests of their own, and given back at its
 * end: opening one again costs a fraction of a second, and memory is the models' that hovers need.
 */
export class EmbedderInUse {
  readonly #threads: number;
  #open: { key: string; embedder: Embedder } | null = null;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** @throws EngineError where the model cannot be used */
  async get(model: Omit<EmbedParams, "texts">): Promise<Embedder> {
    const key = JSON.stringify([model.folder, model.file, model.pooling]);
    if (this.#open?.key === key && this.#open.embedder.intact) return this.#open.embedder;
    await this.release();
    const embedder = await Embedder.open(model, this.#threads);
    this.#open = { key, embedder };
    return embedder;
  }

  async release(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.embedder.release();
  }
}

/** Texts being embedded, a few a step, so that other work can be done between steps. */
export class EmbedTexts {
  readonly #texts: readonly string[];
  readonly #vectors: Float32Array[] = [];
  #started: { identity: string; ids: number[][]; batches: number[][] } | null = null;

  constructor({ texts }: Pick<EmbedParams, "texts">) {
    this.#texts = texts;
  }

  /**
   * Embeds the next texts, if there are more.
   * @returns null where some are left
   * @throws EngineError `weights-replaced` where the model is no longer the one of the first step
   */
  async step(embedder: Embedder): Promise<Embeddings | null> {
    this.#started ??= this.#start(embedder);
    const { identity, ids, batches } = this.#started;
    if (embedder.identity !== identity) throw embedder.replaced();
    const batch = batches.pop();
    if (batch) {
      const vectors = await embedder.embed(batch.map((text) => ids[text]));
      batch.forEach((text, i) => {
        this.#vectors[text] = vectors[i];
      });
    }
    if (batches.length > 0) return null;
    const width = this.#vectors[0]?.length ?? 0;
    const vectors = new Float32Array(width * this.#texts.length);
    this.#vectors.forEach((vector, i) => {
      vectors.set(vector, i * width);
    });
    return { vectors, width, pooling: embedder.pooling, longest: embedder.longest };
  }

  #start(embedder: Embedder) {
    const ids = this.#texts.map((text) => embedder.idsOf(text));
    return { identity: embedder.identity, ids, batches: batchesOf(ids, embedder.together) };
  }
}

/** Which texts are run together: equally long ones, so that nothing has to be padded. */
function batchesOf(ids: number[][], together: number): number[][] {
  const byLength = Map.groupBy(ids.keys(), (text) => ids[text].length);
  const batches: number[][] = [];
  for (const [length, texts] of byLength) {
    const size = Math.max(1, Math.min(together, Math.floor(mostTokens / length)));
    for (let i = 0; i < texts.length; i += size) batches.push(texts.slice(i, i + size));
  }
  return batches;
}
