import { Tensor } from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import { Graph } from "../onnx/graph.ts";
import { type Feeds, type RunOptions, Session } from "../runtime/session.ts";
import { WeightBinder } from "../runtime/weight-binder.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import { type ModelConfig, readConfig } from "./config.ts";
import { type Edit, feedEdits } from "./edits.ts";
import { writeGpt2 } from "./families/gpt2.ts";
import { writeLlama } from "./families/llama.ts";
import { ForwardWriter, port } from "./forward.ts";
import { canonicalHook, isHook, unknownHook } from "./hooks.ts";
import { KvCache } from "./kv-cache.ts";

export interface ForwardOptions {
  capture?: string[];
  edits?: Edit[];
  /** Tokens already seen; new rows are appended to it. */
  cache?: KvCache;
  /** Id of the token after the last one, where it is known, so that the last log-probability is too. */
  nextId?: number;
}

export interface ForwardResult {
  /** `[T · width]` by the hook name that was asked for. */
  captures: Map<string, Float32Array>;
  /** `[T]`: log p(token t+1 | tokens ≤ t); NaN at the end where the next token is unknown. */
  logprobs: Float32Array;
  /** `[T · 10]` */
  topIds: Int32Array;
  topLogprobs: Float32Array;
}

/** A decoder-only language model run as one graph that captures and edits at every hook point. */
export class Model {
  readonly folder: string;
  readonly config: ModelConfig;
  /** Precision of the weights in their file. */
  readonly dtype: string;
  /** Size of the weights in f32. */
  readonly bytes: number;
  readonly #session: Session;
  readonly #edits: string[];

  private constructor(
    folder: string,
    config: ModelConfig,
    dtype: string,
    bytes: number,
    session: Session,
    edits: string[],
  ) {
    this.folder = folder;
    this.config = config;
    this.dtype = dtype;
    this.bytes = bytes;
    this.#session = session;
    this.#edits = edits;
  }

  /**
   * Opens a Hugging Face snapshot folder. Weights are mapped, not copied; nothing is written.
   * @throws EngineError with subject `model`
   */
  static async open(folder: string, options: RunOptions): Promise<Model> {
    const config = readConfig(folder);
    const checkpoint = Checkpoint.open(folder);
    const graph = new Graph();
    const binder = new WeightBinder(graph, checkpoint.tensors.values());
    const writer = new ForwardWriter(graph, config, binder, checkpoint);
    if (config.family === "gpt2")
      writeGpt2(writer, checkpoint.has("transformer.wte.weight") ? "transformer." : "");
    else writeLlama(writer);
    const session = await Session.create(graph, binder, options, "model");
    const embedding = [...checkpoint.tensors.values()].find((ref) =>
      /(embed_tokens|wte)\.weight$/.test(ref.name),
    );
    const elements = [...checkpoint.tensors.values()].map((ref) => ref.shape.reduce((a, b) => a * b, 1));
    const bytes = 4 * elements.reduce((a, b) => a + b, 0);
    return new Model(folder, config, embedding?.dtype ?? "f32", bytes, session, writer.edits);
  }

  /** An empty cache of this model's shape. */
  newCache(): KvCache {
    return new KvCache(this.config.layers, this.config.kvHeads * this.config.headDim);
  }

  /** Whether the weights on disk are still those that were loaded. */
  get intact(): boolean {
    return this.#session.intact;
  }

  get identity(): string {
    return this.#session.identity;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  /**
   * One pass over `ids` after the tokens in `cache`. Hooks are an argument, never state (I3).
   * @throws EngineError `weights-nan` when the result is not finite, `weights-replaced`, `prompt-too-long`, `token-unknown`,
   * `hook-unknown`, `edit-shape`, `edit-conflict`; the cache is then as it was
   */
  async forward(ids: Int32Array, options: ForwardOptions = {}): Promise<ForwardResult> {
    const cache = options.cache ?? this.newCache();
    const past = cache.length;
    if (past + ids.length > this.config.contextLength)
      throw new EngineError({
        code: "prompt-too-long",
        message: `${past + ids.length} tokens do not fit the model's context of ${this.config.contextLength}.`,
        remedy: "Shorten the prompt.",
        subject: "prompt",
      });
    const capture = options.capture ?? [];
    for (const hook of [...capture, ...(options.edits ?? []).map((edit) => edit.hook)])
      if (!isHook(hook, this.config.layers)) throw unknownHook(hook, this.config.layers);

    this.#assertKnown([...ids, options.nextId ?? 0]);

    const feeds = this.#feeds(ids, cache, options);
    const fetches = new Set<string>([
      port.targetLogprob,
      port.topIds,
      port.topLogprobs,
      ...capture.map(canonicalHook),
    ]);
    for (let layer = 0; layer < this.config.layers; layer++) {
      fetches.add(port.newKey(layer));
      fetches.add(port.newValue(layer));
    }
    const out = await this.#session.run(feeds, [...fetches]);
    const floats = (name: string) => out[name].data as Float32Array;
    const logprobs = floats(port.targetLogprob).slice();
    const topLogprobs = floats(port.topLogprobs);
    // Before the cache grows: a pass that failed must leave it as it was.
    if (topLogprobs.some((value) => !Number.isFinite(value))) throw this.#notFinite();
    for (let layer = 0; layer < this.config.layers; layer++)
      cache.append(layer, floats(port.newKey(layer)), floats(port.newValue(layer)));
    cache.advance(ids.length);
    if (options.nextId === undefined) logprobs[ids.length - 1] = Number.NaN;
    return {
      captures: new Map(capture.map((hook) => [hook, floats(canonicalHook(hook))])),
      logprobs,
      topIds: Int32Array.from(out[port.topIds].data as BigInt64Array, Number),
      topLogprobs,
    };
  }

  #feeds(ids: Int32Array, cache: KvCache, options: ForwardOptions): Feeds {
    const { layers, kvHeads, headDim } = this.config;
    const past = cache.length;
    const length = ids.length;
    const int64 = (values: ArrayLike<number>, shape: number[]) =>
      new Tensor("int64", BigInt64Array.from(values as number[], BigInt), shape);
    const targets = [...ids.subarray(1), options.nextId ?? 0];
    const feeds: Feeds = {
      [port.ids]: int64(ids, [length]),
      [port.targets]: int64(targets, [length, 1]),
      [port.queryPositions]: int64(
        Array.from({ length }, (_, i) => past + i),
        [length, 1],
      ),
      [port.keyPositions]: int64(
        Array.from({ length: past + length }, (_, i) => i),
        [1, past + length],
      ),
    };
    const width = kvHeads * headDim;
    for (let layer = 0; layer < layers; layer++) {
      feeds[port.pastKey(layer)] = new Tensor("float32", cache.keys(layer), [1, past, width]);
      feeds[port.pastValue(layer)] = new Tensor("float32", cache.values(layer), [1, past, width]);
    }
    if (this.config.rotary) {
      const [cos, sin] = rotaryTable(this.config.rotary, past, length);
      const shape = [1, length, this.config.rotary.length];
      feeds[port.cos] = new Tensor("float32", cos, shape);
      feeds[port.sin] = new Tensor("float32", sin, shape);
    }
    feedEdits(feeds, this.#edits, options.edits ?? [], [length, this.config.dModel], layers);
    return feeds;
  }

  /** A tokenizer may know added tokens for which the embedding has no row: only a prompt that uses one fails. */
  #assertKnown(ids: number[]): void {
    const { vocabulary } = this.config;
    const id = ids.find((it) => !(Number.isInteger(it) && it >= 0 && it < vocabulary));
    if (id === undefined) return;
    throw new EngineError({
      code: "token-unknown",
      message: `${this.folder}: the prompt has the token id ${id}, but the model's vocabulary of ${vocabulary} ends at ${vocabulary - 1}.`,
      remedy: "Check that tokenizer.json belongs to these weights, or leave out the text that is this token.",
      subject: "model",
      path: this.folder,
    });
  }

  #notFinite(): EngineError {
    return new EngineError({
      code: "weights-nan",
      message: `${this.folder}: the model's output is not a number.`,
      remedy: "The weights hold NaN or infinity, or overflow: fetch the files again.",
      subject: "model",
      path: this.folder,
    });
  }
}

/** cos and sin `[T, headDim/2]` of the rotary angles, rounded to f32 where Transformers rounds. */
function rotaryTable(frequencies: Float32Array, past: number, length: number): [Float32Array, Float32Array] {
  const half = frequencies.length;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let t = 0; t < length; t++)
    for (let i = 0; i < half; i++) {
      const angle = Math.fround((past + t) * frequencies[i]);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  return [cos, sin];
}
