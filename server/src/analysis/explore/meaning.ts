import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { type EmbeddingModel, embeddingIdentity } from "../../hub/embedding-models.ts";
import type { Embeddings } from "../../protocol/embedding.ts";
import type { Catalogue } from "./catalogue.ts";
import { embeddingFile, type KeptEmbeddings, keepEmbeddings, readEmbeddings } from "./embedding-file.ts";

/** Texts of one request: progress is told, and a cancelled search stops, between two of them. */
const part = 256;

/** Latents by how near their labels are to a text in meaning. */
export interface FoundMeaning {
  /** Cosine of the nearest label of each latent that has one, by its number in the catalogue. */
  cosines: Map<number, number>;
  /** What the comparison rests on. */
  note: string;
}

/**
 * Compares labels with a text by cosines of sentence embeddings. Each label is embedded once: vectors are kept in the cache
 * folder, also those of a search that was cancelled.
 */
export class MeaningSearch {
  readonly #host: Pick<EngineHost, "embed" | "embedded">;
  readonly #cache: () => Promise<string>;
  /** Of the model that was used last. */
  #kept: { file: string; embeddings: KeptEmbeddings } | null = null;

  /** @param cache folder for what is worked out once */
  constructor(host: Pick<EngineHost, "embed" | "embedded">, cache: () => Promise<string>) {
    this.#host = host;
    this.#cache = cache;
  }

  /**
   * @param tell hears how many labels are embedded, of how many that have to be
   * @throws ProblemError where the model cannot be used, CancelledError when the token says so
   */
  async find(
    catalogue: Catalogue,
    meaning: string,
    model: EmbeddingModel,
    token?: CancellationToken,
    tell: (done: number, total: number) => void = () => {},
  ): Promise<FoundMeaning> {
    const texts = labelTexts(catalogue);
    try {
      const { vectors } = await this.#embedded([...texts.keys()], model, token, tell);
      const wanted = await this.#ask([model.prefixes.query + meaning], model, token);
      const cosines = new Map<number, number>();
      for (const [text, latents] of texts) {
        const cosine = dot(vectors.get(text)!, wanted.vectors);
        for (const latent of latents)
          if (cosine > (cosines.get(latent) ?? Number.NEGATIVE_INFINITY)) cosines.set(latent, cosine);
      }
      return { cosines, note: noteOf(model, wanted.pooling) };
    } finally {
      this.#host.embedded();
    }
  }

  async #embedded(
    texts: string[],
    model: EmbeddingModel,
    token: CancellationToken | undefined,
    tell: (done: number, total: number) => void,
  ): Promise<KeptEmbeddings> {
    const identity = embeddingIdentity(model);
    const file = embeddingFile(await this.#cache(), identity);
    const known = this.#kept?.file === file ? this.#kept.embeddings : readEmbeddings(file);
    const embeddings = known ?? { width: 0, vectors: new Map() };
    this.#kept = { file, embeddings };
    const missing = texts.filter((text) => !embeddings.vectors.has(text));
    try {
      for (let done = 0; done < missing.length; done += part) {
        tell(done, missing.length);
        const some = missing.slice(done, done + part);
        const answer = await this.#ask(
          some.map((text) => model.prefixes.passage + text),
          model,
          token,
        );
        if (embeddingIdentity(model) !== identity) throw replaced(model);
        embeddings.width = answer.width;
        some.forEach((text, i) => {
          embeddings.vectors.set(text, answer.vectors.slice(i * answer.width, (i + 1) * answer.width));
        });
      }
    } finally {
      if (missing.some((text) => embeddings.vectors.has(text)))
        keepEmbeddings(file, embeddings, new Set(texts));
    }
    return embeddings;
  }

  #ask(texts: string[], { folder, file, pooling }: EmbeddingModel, token: CancellationToken | undefined) {
    return this.#host.embed({ folder, file, pooling, texts }, token);
  }
}

/** What was embedded before and after could not be compared. */
function replaced({ id, folder }: EmbeddingModel): ProblemError {
  return new ProblemError({
    code: "weights-replaced",
    message: `The files of ${id} changed while labels were embedded.`,
    remedy: "Search again once they are written.",
    subject: "model",
    path: folder,
  });
}

/** Which latents have a label, by its text: many share one. */
function labelTexts(catalogue: Catalogue): Map<string, number[]> {
  const texts = new Map<string, number[]>();
  for (const latent of catalogue.labelled().keys())
    for (const { text } of catalogue.labels(latent)) {
      const own = texts.get(text);
      if (own) own.push(latent);
      else texts.set(text, [latent]);
    }
  return texts;
}

/** The cosine of vectors of norm 1. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function noteOf({ id, file, prefixes }: EmbeddingModel, pooling: Embeddings["pooling"]): string {
  const read = prefixes.query ? `, after “${prefixes.query}” and “${prefixes.passage}”` : "";
  return `Labels by the cosine of their embeddings with the text's: ${id} (${file}), ${poolings[pooling]}${read}.`;
}

const poolings: Record<Embeddings["pooling"], string> = {
  mean: "pooled by the mean over tokens",
  cls: "pooled by the first token",
  max: "pooled by the largest values over tokens",
  graph: "pooled in its own graph",
};
