import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import type { Embeddings, EmbedParams } from "../../protocol/embedding.ts";
import { EngineError, firstLine } from "../errors.ts";
import { fingerprint } from "../files/fingerprint.ts";
import { type Feeds, Session } from "../runtime/session.ts";
import { replaced } from "../weights/replaced.ts";
import { normalised, pooled, poolingOf, requirePlain } from "./pooling.ts";
import { TextIds } from "./text-ids.ts";

/** What a graph may ask for, and what it is given for one text: nothing is padded. */
const inputs: Record<string, (ids: number[]) => bigint[]> = {
  input_ids: (ids) => ids.map(BigInt),
  attention_mask: (ids) => ids.map(() => 1n),
  token_type_ids: (ids) => ids.map(() => 0n),
  position_ids: (ids) => ids.map((_, t) => BigInt(t)),
};
/** A vector of the text; else vectors of its tokens, under the names that exporters give them. */
const outputs = ["sentence_embedding", "last_hidden_state", "token_embeddings"];

/**
 * A sentence-embedding model (Sentence-BERT, Reimers and Gurevych 2019) as others exported it to ONNX. It runs on the CPU:
 * the check of accelerators is made for our own graphs, and a label takes milliseconds.
 */
export class Embedder {
  readonly #session: Session;
  readonly #ids: TextIds;
  readonly #output: string;
  readonly #path: string;
  readonly pooling: Embeddings["pooling"];

  private constructor(
    path: string,
    session: Session,
    ids: TextIds,
    output: string,
    pooling: Embeddings["pooling"],
  ) {
    this.#path = path;
    this.#session = session;
    this.#ids = ids;
    this.#output = output;
    this.pooling = pooling;
  }

  /** @throws EngineError `embedding-invalid`, `embedding-unsupported`, `weights-replaced` */
  static async open(model: Omit<EmbedParams, "texts">, threads: number): Promise<Embedder> {
    const { folder, file } = model;
    const path = join(folder, file);
    requirePlain(folder);
    const pooling = poolingOf(folder, model.pooling);
    const ids = TextIds.load(folder);
    const session = await Session.open(path, filesOf(folder, path), { device: "cpu", threads }).catch(
      (error) => {
        if (error instanceof EngineError) throw error;
        throw problem(
          "embedding-invalid",
          path,
          `cannot be loaded as ONNX: ${firstLine(error)}`,
          "Fetch it again.",
        );
      },
    );
    const output = outputs.find((it) => session.outputs.includes(it));
    const strange = session.inputs.find((it) => !Object.hasOwn(inputs, it));
    if (output && !strange)
      return new Embedder(path, session, ids, output, output === outputs[0] ? "graph" : pooling);
    await session.release();
    throw problem(
      "embedding-unsupported",
      path,
      strange
        ? `asks for “${strange}”`
        : `gives ${session.outputs.join(", ")}, none of ${outputs.join(", ")}`,
      "Name another model in the setting steerscope.embeddingModel.",
    );
  }

  /** Ids of a text, as many as are read of it. */
  idsOf(text: string): number[] {
    return this.#ids.of(text);
  }

  /**
   * Texts of equal length that are run at once at most: together they cost a quarter of what they do alone, since the
   * weights are read once. A quantized model runs them alone: it scales activations over all that it runs, so that a text's
   * vector would depend on its company.
   */
  get together(): number {
    return basename(this.#path).includes("quantized") ? 1 : 8;
  }

  /** Changes with its files. */
  get identity(): string {
    return this.#session.identity;
  }

  /** What to say where it is no longer what work began with. */
  replaced(): EngineError {
    return replaced([this.#path], "model");
  }

  /** Tokens read of a text at most. */
  get longest(): number {
    return this.#ids.longest;
  }

  /** Whether no file behind it changed. */
  get intact(): boolean {
    return this.#session.intact;
  }

  /**
   * The vectors of texts, each of norm 1.
   * @param batch ids of texts, all equally many
   * @throws EngineError `embedding-unsupported` where the graph gives something else; `weights-replaced`
   */
  async embed(batch: readonly number[][]): Promise<Float32Array[]> {
    const shape = [batch.length, batch[0].length];
    const feeds: Feeds = {};
    for (const name of this.#session.inputs)
      feeds[name] = new ort.Tensor("int64", BigInt64Array.from(batch.flatMap(inputs[name])), shape);
    const { [this.#output]: out } = await this.#session.run(feeds, [this.#output]);
    const { data, dims } = out;
    const { pooling } = this;
    const rows = pooling === "graph" ? shape.slice(0, 1) : shape;
    const isWhole = data instanceof Float32Array && dims.slice(0, -1).join() === rows.join();
    if (!isWhole)
      throw problem(
        "embedding-unsupported",
        this.#path,
        `gives “${this.#output}” as ${out.type} [${dims}]`,
        "Use an export in f32.",
      );
    const size = data.length / batch.length;
    return batch.map((_, i) => {
      const own = data.subarray(i * size, (i + 1) * size);
      return pooling === "graph" ? normalised(own) : pooled(own, dims[2], pooling);
    });
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** The files that decide its numbers; weights beside the graph's file begin with its name (`model.onnx_data`). */
function filesOf(folder: string, path: string): Map<string, string> {
  const beside = readdirSync(dirname(path)).filter((it) => it.startsWith(basename(path)));
  const own = ["config.json", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json"]
    .map((it) => join(folder, it))
    .filter((it) => existsSync(it));
  return new Map([...own, ...beside.map((it) => join(dirname(path), it))].map((it) => [it, fingerprint(it)]));
}

function problem(code: string, path: string, what: string, remedy: string): EngineError {
  return new EngineError({ code, message: `${path} ${what}.`, remedy, subject: "model", path });
}
