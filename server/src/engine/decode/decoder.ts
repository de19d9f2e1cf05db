import type { Worker } from "node:worker_threads";
import * as at from "../../../kernels/layout.ts";
import { EngineError, firstLine } from "../errors.ts";
import type { ModelConfig } from "../models/config.ts";
import { rotaryTable } from "../models/feeds.ts";
import { blocksBefore } from "../models/hooks.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import { toF32 } from "../weights/tensor.ts";
import { startHelpers } from "./helpers.ts";
import { KernelMemory } from "./kernel-memory.ts";
import { compileKernels, type Kernels, startKernels } from "./kernels.ts";
import { Pages } from "./pages.ts";
import { type PlacedWeights, placeWeights } from "./weights.ts";
import { Workspace } from "./workspace.ts";

/** What is changed in the residual stream on its way. */
export interface StreamEdits {
  /** Canonical residual hook points, in the order of the model. */
  hooks: string[];
  /** Changes `x` `[rows, dModel]` in place. */
  apply(hook: string, x: Float32Array): Promise<void> | void;
}

/** Logits `[rows, vocabulary]`, valid until the next pass, and the logarithm of each row's sum of their exponentials. */
export interface NextLogits {
  logits: Float32Array;
  normalisers: Float64Array;
}

/**
 * Reads one token of each of some texts at a time. For a single token nearly all time goes into reading the weights, so they
 * are read here in the precision of their file; prompts, which are read in large pieces, are left to onnxruntime.
 */
export class Decoder {
  readonly config: ModelConfig;
  readonly #model: Model;
  readonly #memory: KernelMemory;
  readonly #kernels: Kernels;
  readonly #helpers: Worker[];
  readonly #weights: PlacedWeights;
  readonly #workspace: Workspace;
  readonly #stops = new Map<string, number>();
  /** Whether a pass did not come to its end: what the threads do then is not known. */
  isBroken = false;

  private constructor(
    model: Model,
    memory: KernelMemory,
    kernels: Kernels,
    helpers: Worker[],
    weights: PlacedWeights,
  ) {
    this.config = model.config;
    this.#model = model;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#helpers = helpers;
    this.#weights = weights;
    this.#workspace = new Workspace(memory, model.config, helpers.length + 1);
    this.#describe();
  }

  /**
   * @param threads how many threads share a pass, the caller's among them
   * @param patience milliseconds that they wait for each other
   * @throws where the machine or its memory cannot do it, and EngineError where the weights cannot be read
   */
  static async open(model: Model, threads: number, patience = 30_000): Promise<Decoder> {
    const memory = new KernelMemory();
    const module = compileKernels();
    const kernels = startKernels(module, memory.memory);
    memory.reserve(kernels.heapBase());
    memory.words(at.patience, 1)[0] = patience;
    const weights = placeWeights(memory, model.config, Checkpoint.open(model.folder));
    const helpers = await startHelpers(module, memory.memory, threads - 1);
    return new Decoder(model, memory, kernels, helpers, weights);
  }

  /** How it computes, in a sentence (I4). */
  get convention(): string {
    const weights = this.#weights.isHalf ? "bf16, as they are stored" : "f32";
    return `Tokens behind the first generated one are read by kernels of our own, weights in ${weights}, sums in f32.`;
  }

  /** Bytes of memory that it shares with its kernels. */
  get bytes(): number {
    return this.#memory.memory.buffer.byteLength;
  }

  /** Room for continuations of a prompt whose keys and values are known; to be given back. */
  begin(cache: KvCache, continuations: number): Pages {
    return new Pages(this.#memory, cache, this.config.layers, continuations);
  }

  /**
   * One pass over the next token of some continuations.
   * @param ids `[rows]` @param continuations which of `pages` each row goes on
   * @param position place of all of them in their texts
   * @throws EngineError `weights-nan`, `kernels-failed`
   */
  async next(
    pages: Pages,
    { ids, continuations, position }: { ids: Int32Array; continuations: number[]; position: number },
    edits: StreamEdits,
  ): Promise<NextLogits> {
    const rows = ids.length;
    const { dModel, layers, vocabulary } = this.config;
    this.#workspace.holdRows(rows);
    this.#lay(pages, continuations);
    this.#rotate(position, rows);
    this.#set(at.rows, rows);
    this.#embed(ids);
    const x = this.#memory.floats(this.#workspace.x, rows * dModel);
    let done = 0;
    for (const hook of edits.hooks) {
      const until = this.#blocksBefore(hook);
      if (until > done) this.#run(done, until, false);
      done = until;
      await edits.apply(hook, x);
    }
    this.#run(done, 2 * layers, true);
    const normalisers = this.#normalisers(rows);
    if (normalisers.some((value) => !Number.isFinite(value))) throw this.#model.notFinite();
    return { logits: this.#memory.floats(this.#workspace.logits, rows * vocabulary), normalisers };
  }

  /** Ends its threads; its memory goes with it. */
  close(): void {
    if (this.#helpers.length > 0) this.#kernels.end();
    for (const helper of this.#helpers) void helper.terminate();
  }

  /** Names are taken apart once: a token is read in a millisecond. */
  #blocksBefore(hook: string): number {
    const known = this.#stops.get(hook) ?? blocksBefore(hook);
    this.#stops.set(hook, known);
    return known;
  }

  #run(from: number, to: number, withHead: boolean): void {
    this.#set(at.from, from);
    this.#set(at.to, to);
    this.#set(at.withHead, Number(withHead));
    try {
      this.#kernels.pass();
    } catch (error) {
      this.isBroken = true;
      throw kernelsFailed(error);
    }
  }

  #set(word: number, value: number): void {
    this.#memory.words(word, 1)[0] = value;
  }

  /** Tells the kernels what the model is like. */
  #describe(): void {
    const { config } = this;
    const { table, finalNorm, unembedding, isHalf } = this.#weights;
    const words: [number, number][] = [
      [at.dModel, config.dModel],
      [at.dMlp, config.dMlp],
      [at.heads, config.heads],
      [at.kvHeads, config.kvHeads],
      [at.headDim, config.headDim],
      [at.layers, config.layers],
      [at.vocabulary, config.vocabulary],
      [at.window, config.window ?? 0],
      [at.activation, { silu: at.silu, gelu: at.gelu, gelu_tanh: at.geluTanh }[config.activation]],
      [at.isHalf, Number(isHalf)],
      [at.threads, this.#helpers.length + 1],
      [at.layerTable, table],
      [at.finalNorm, finalNorm],
      [at.unembedding, unembedding],
    ];
    for (const [word, value] of words) this.#set(word, value);
    this.#memory.floats(at.epsilon, 1)[0] = config.normEpsilon;
  }

  /** Writes down which pages each row's text consists of. */
  #lay(pages: Pages, continuations: number[]): void {
    const lists = continuations.map((continuation) => pages.next(continuation));
    const list = this.#workspace.listOf(2 * lists.reduce((sum, { length }) => sum + length, 0));
    let free = list;
    lists.forEach((texts, row) => {
      this.#memory.words(this.#workspace.texts + 8 * row, 2).set([free, texts.length]);
      const words = this.#memory.words(free, 2 * texts.length);
      texts.forEach(({ at: address, tokens }, i) => {
        words[2 * i] = address;
        words[2 * i + 1] = tokens;
      });
      free += 8 * texts.length;
    });
  }

  #rotate(position: number, rows: number): void {
    const { rotary, headDim } = this.config;
    if (!rotary) return;
    const [cos, sin] = rotaryTable(rotary, position, 1);
    for (let row = 0; row < rows; row++) {
      const angles = this.#memory.floats(this.#workspace.angles + 4 * row * headDim, headDim);
      angles.set(cos);
      angles.set(sin, headDim / 2);
    }
  }

  #embed(ids: Int32Array): void {
    const { dModel } = this.config;
    const { embedding, isHalf } = this.#weights;
    const x = this.#memory.floats(this.#workspace.x, ids.length * dModel);
    ids.forEach((id, row) => {
      const bytes = dModel * (isHalf ? 2 : 4);
      const line = this.#memory.bytes(embedding + id * bytes, bytes);
      x.set(toF32(line, isHalf ? "bf16" : "f32"), row * dModel);
    });
  }

  #normalisers(rows: number): Float64Array {
    const blocks = this.#workspace.sumBlocks;
    const sums = this.#memory.floats(this.#workspace.sums, rows * blocks * 2);
    return Float64Array.from({ length: rows }, (_, row) => {
      const at = (i: number) => 2 * (row * blocks + i);
      let most = sums[at(0)];
      for (let i = 1; i < blocks; i++) most = Math.max(most, sums[at(i)]);
      let sum = 0;
      for (let i = 0; i < blocks; i++) sum += sums[at(i) + 1] * Math.exp(sums[at(i)] - most);
      return most + Math.log(sum);
    });
  }
}

function kernelsFailed(error: unknown): EngineError {
  return new EngineError({
    code: "kernels-failed",
    message: `A token could not be read: ${firstLine(error)}.`,
    remedy: "Run it again; where that fails too, set the number of threads to 1.",
    subject: "model",
  });
}
