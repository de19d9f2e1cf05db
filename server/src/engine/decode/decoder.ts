import type { Worker } from "node:worker_threads";
import * as at from "../../../kernels/layout.ts";
import { EngineError, FoundOnCpu, firstLine } from "../errors.ts";
import type { ModelConfig } from "../models/config.ts";
import { rotaryTable } from "../models/feeds.ts";
import { blocksBefore } from "../models/hooks.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import type { Matrix, Product } from "../products.ts";
import { describeModel } from "./describe.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import type { Kernels } from "./kernels.ts";
import { normalisersOf } from "./normalisers.ts";
import { Pages } from "./pages.ts";
import { SideProducts } from "./side-products.ts";
import type { StreamEdits } from "./stream-edits.ts";
import { KernelsUnavailable } from "./unavailable.ts";
import { type PlacedWeights, placedRow } from "./weights.ts";
import { Workspace } from "./workspace.ts";

/** Logits `[rows, vocabulary]`, valid until the next pass, and the logarithm of each row's sum of their exponentials. */
export interface NextLogits {
  logits: Float32Array;
  normalisers: Float64Array;
}

/** The next token of some continuations, all at one place of their texts. */
export interface NextIds {
  /** `[rows]` */
  ids: Int32Array;
  /** Which continuation each row goes on. */
  continuations: number[];
  position: number;
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
  readonly #sides: SideProducts;
  readonly #stops = new Map<string, number>();
  #isBroken = false;

  /** What `loading.ts` opened. */
  constructor(
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
    this.#sides = new SideProducts(memory);
    describeModel(memory, model.config, weights, helpers.length + 1);
  }

  /** How it computes, in a sentence (I4). */
  get convention(): string {
    const weights = this.#weights.isHalf ? "bf16, as they are stored" : "f32";
    return `Tokens behind the first generated one are read on the CPU by kernels of our own, weights in ${weights}, sums in f32.`;
  }

  /** Bytes of memory that it shares with its kernels. */
  get bytes(): number {
    return this.#memory.size;
  }

  /** Whether a thread is gone or a pass did not come to its end: what the others do then is not known, so it reads nothing more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Takes it for broken. */
  fail(): void {
    this.#isBroken = true;
  }

  /**
   * Room for continuations of a prompt whose keys and values are known; to be given back.
   * @throws KernelsUnavailable where memory does not suffice
   */
  begin(cache: KvCache, continuations: number): Pages {
    return new Pages(this.#memory, cache, this.config.layers, continuations);
  }

  /**
   * One pass over the next token of some continuations.
   * @throws EngineError `prompt-too-long`, `token-unknown`, `weights-nan`, `kernels-failed`
   */
  async next(pages: Pages, next: NextIds, edits: StreamEdits): Promise<NextLogits> {
    if (this.#isBroken) throw kernelsFailed("a thread is gone");
    const { ids, continuations, position } = next;
    const rows = ids.length;
    const { dModel, layers, vocabulary } = this.config;
    assertReadable(next, this.config);
    this.#makeRoom(pages, continuations);
    this.#rotate(position, rows);
    this.#memory.set(at.rows, rows);
    this.#embed(ids);
    const x = this.#workspace.floats(at.x, rows * dModel);
    let done = 0;
    for (const hook of edits.hooks) {
      const until = this.#blocksBefore(hook);
      if (until > done) this.#run(done, until, false);
      done = until;
      edits.apply(hook, x, this.#product);
    }
    this.#run(done, 2 * layers, true);
    const normalisers = normalisersOf(
      this.#workspace.floats(at.sums, rows * this.#workspace.sumBlocks * 2),
      rows,
    );
    if (normalisers.some((value) => !Number.isFinite(value)))
      throw new FoundOnCpu(this.#model.notFinite().problem);
    return { logits: this.#workspace.floats(at.logits, rows * vocabulary), normalisers };
  }

  /** Bytes that matrices beside the model's need in addition. */
  bytesFor(matrices: Matrix[]): number {
    return this.#sides.bytesFor(matrices);
  }

  /**
   * Makes matrices ready, one a call, since each takes as long as a disk takes to read it.
   * @param isAlone whether nobody else uses the decoder, so that others may go
   * @returns whether all of them are; @throws KernelsUnavailable where memory does not suffice
   */
  hold(matrices: Matrix[], isAlone: boolean): boolean {
    if (isAlone) this.#sides.keepOnly(matrices);
    return this.#sides.placeNext(matrices);
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
    this.#memory.set(at.from, from);
    this.#memory.set(at.to, to);
    this.#do(withHead ? at.blocksAndHead : at.blocks);
  }

  readonly #product: Product = (matrix, v) => {
    try {
      const result = this.#sides.prepare(matrix, v);
      this.#do(at.sideProduct);
      return result;
    } catch (error) {
      throw error instanceof KernelsUnavailable ? kernelsFailed(error.message) : error;
    }
  };

  #do(job: number): void {
    this.#memory.set(at.job, job);
    try {
      this.#kernels.pass();
    } catch (error) {
      this.fail();
      throw kernelsFailed(firstLine(error));
    }
  }

  #makeRoom(pages: Pages, continuations: number[]): void {
    try {
      this.#workspace.holdRows(continuations.length);
      this.#lay(pages, continuations);
    } catch (error) {
      throw error instanceof KernelsUnavailable ? kernelsFailed(error.message) : error;
    }
  }

  /** Writes down which pages each row's text consists of. */
  #lay(pages: Pages, continuations: number[]): void {
    const lists = continuations.map((continuation) => pages.next(continuation));
    let free = this.#workspace.listOf(2 * lists.reduce((sum, { length }) => sum + length, 0));
    const texts = this.#workspace.address(at.texts);
    lists.forEach((list, row) => {
      this.#memory.set(texts + 8 * row, free);
      this.#memory.set(texts + 8 * row + 4, list.length);
      for (const page of list) {
        this.#memory.set(free, page.at);
        this.#memory.set(free + 4, page.tokens);
        free += 8;
      }
    });
  }

  #rotate(position: number, rows: number): void {
    const { rotary, headDim } = this.config;
    if (!rotary) return;
    const [cos, sin] = rotaryTable(rotary, position, 1);
    const angles = this.#workspace.floats(at.angles, rows * headDim);
    for (let row = 0; row < rows; row++) {
      angles.set(cos, row * headDim);
      angles.set(sin, row * headDim + headDim / 2);
    }
  }

  #embed(ids: Int32Array): void {
    const { dModel } = this.config;
    const { embedding, isHalf } = this.#weights;
    const x = this.#workspace.floats(at.x, ids.length * dModel);
    ids.forEach((id, row) => {
      x.set(placedRow(this.#memory, embedding, id, dModel, isHalf), row * dModel);
    });
  }
}

/** Kernels check no bounds. */
function assertReadable({ ids, position }: NextIds, { contextLength, vocabulary }: ModelConfig): void {
  if (position >= contextLength)
    throw new EngineError({
      code: "prompt-too-long",
      message: `${position + 1} tokens do not fit the model's context of ${contextLength}.`,
      remedy: "Shorten the prompt.",
      subject: "prompt",
    });
  const id = ids.find((it) => !(it >= 0 && it < vocabulary));
  if (id === undefined) return;
  throw new EngineError({
    code: "token-unknown",
    message: `The token id ${id} is outside the model's vocabulary of ${vocabulary}.`,
    remedy: "Check that tokenizer.json belongs to these weights.",
    subject: "model",
  });
}

function kernelsFailed(why: string): EngineError {
  return new EngineError({
    code: "kernels-failed",
    message: `A token could not be read: ${why}.`,
    remedy:
      "Run it again; where that fails too, set the number of threads to 1, or write fewer samples at once.",
    subject: "model",
  });
}
