import type { Embeddings, EmbedParams } from "../../protocol/embedding.ts";
import { Embedder } from "./embedder.ts";

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

/** Texts being embedded, one a step, so that other work can be done between steps. */
export class EmbedTexts {
  readonly #texts: readonly string[];
  readonly #vectors: Float32Array[] = [];

  constructor({ texts }: EmbedParams) {
    this.#texts = texts;
  }

  /**
   * Embeds the next text, if there is one.
   * @returns null while there are more
   */
  async step(embedder: Embedder): Promise<Embeddings | null> {
    if (this.#vectors.length < this.#texts.length)
      this.#vectors.push(await embedder.embed(this.#texts[this.#vectors.length]));
    if (this.#vectors.length < this.#texts.length) return null;
    const width = this.#vectors[0]?.length ?? 0;
    const vectors = new Float32Array(width * this.#vectors.length);
    this.#vectors.forEach((vector, i) => {
      vectors.set(vector, i * width);
    });
    return { vectors, width, pooling: embedder.pooling, longest: embedder.longest };
  }
}
