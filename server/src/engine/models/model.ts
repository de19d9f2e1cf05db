import { EngineError } from "../errors.ts";
import { type Feeds, type RunOptions, Session } from "../runtime/session.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import type { BlockSpec } from "./blocks.ts";
import { type ModelConfig, readConfig } from "./config.ts";
import type { Edit } from "./edits.ts";
import { forwardFeeds, type SideBySide } from "./feeds.ts";
import { port } from "./forward.ts";
import { canonicalHook, isHook, unknownHook } from "./hooks.ts";
import { KvCache } from "./kv-cache.ts";
import { type WrittenForward, writeForward } from "./write.ts";

export interface ForwardOptions {
  capture?: string[];
  edits?: Edit[];
  /** Tokens already seen; new rows are appended to it. */
  cache?: KvCache;
  /** Id of the token after the last one, where it is known, so that the last log-probability is too. */
  nextId?: number;
  /** Rows whose logits are wanted, at most as many as a result should hold of whole vocabularies. */
  logitRows?: Int32Array;
  sideBySide?: SideBySide;
  /** What the blocks of a steered model take, and which of their outputs are wanted. */
  blocks?: { feeds: Feeds; fetches: string[] };
}

export interface ForwardResult {
  /** `[T · width]` by the hook name that was asked for. */
  captures: Map<string, Float32Array>;
  /** `[T]`: log p(token t+1 | tokens ≤ t); NaN at the end where the next token is unknown. */
  logprobs: Float32Array;
  /** `[T · 10]` */
  topIds: Int32Array;
  topLogprobs: Float32Array;
  /** `[R · vocabulary]` of the rows that were asked for. */
  logits: Float32Array;
  /** What was asked of the blocks, by name. */
  blocks: Map<string, Float32Array>;
}

/** A decoder-only language model run as one graph that captures and edits at every hook point. */
export class Model {
  readonly folder: string;
  readonly config: ModelConfig;
  /** Precision of the weights in their file. */
  readonly dtype: string;
  /** Size of the weights in f32. */
  readonly bytes: number;
  /** Whether its graph takes and gives keys and values of all layers as one. */
  readonly packsPast: boolean;
  readonly #session: Session;
  readonly #edits: string[];

  private constructor(
    folder: string,
    config: ModelConfig,
    dtype: string,
    bytes: number,
    session: Session,
    { edits, packsPast }: Pick<WrittenForward, "edits" | "packsPast">,
  ) {
    this.packsPast = packsPast;
    this.folder = folder;
    this.config = config;
    this.dtype = dtype;
    this.bytes = bytes;
    this.#session = session;
    this.#edits = edits;
  }

  /**
   * Opens a Hugging Face snapshot folder. Weights are mapped, not copied; nothing is written.
   * @param blocks what more is added to its residual stream
   * @param edited canonical names of the hook points that passes will edit; on the CPU all can be
   * @throws EngineError with subject `model`
   */
  static async open(
    folder: string,
    options: RunOptions,
    blocks: BlockSpec[] = [],
    edited: readonly string[] = [],
  ): Promise<Model> {
    const config = readConfig(folder);
    const checkpoint = Checkpoint.open(folder);
    const written = writeForward(config, checkpoint, { blocks, device: options.device, edited });
    const session = await Session.create(written.graph, written.binder, options, "model");
    const embedding = [...checkpoint.tensors.values()].find((ref) =>
      /(embed_tokens|wte)\.weight$/.test(ref.name),
    );
    const elements = [...checkpoint.tensors.values()].map((ref) => ref.shape.reduce((a, b) => a * b, 1));
    const bytes = 4 * elements.reduce((a, b) => a + b, 0);
    return new Model(folder, config, embedding?.dtype ?? "f32", bytes, session, written);
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
    const capture = options.capture ?? [];
    for (const hook of [...capture, ...(options.edits ?? []).map((edit) => edit.hook)])
      if (!isHook(hook, this.config.layers)) throw unknownHook(hook, this.config.layers);

    const feeds = forwardFeeds(this, this.#edits, {
      ids,
      cache,
      nextId: options.nextId,
      edits: options.edits,
      logitRows: options.logitRows,
      sideBySide: options.sideBySide,
    });
    Object.assign(feeds, options.blocks?.feeds);
    const fetches = new Set<string>([
      ...(options.logitRows ? [port.rowLogits] : []),
      ...(options.blocks?.fetches ?? []),
      port.targetLogprob,
      port.topIds,
      port.topLogprobs,
      ...capture.map(canonicalHook),
    ]);
    if (this.packsPast) fetches.add(port.fresh);
    for (let layer = 0; layer < this.config.layers && !this.packsPast; layer++) {
      fetches.add(port.newKey(layer));
      fetches.add(port.newValue(layer));
    }
    const out = await this.#session.run(feeds, [...fetches]);
    const floats = (name: string) => out[name].data as Float32Array;
    const logprobs = floats(port.targetLogprob).slice();
    const topLogprobs = floats(port.topLogprobs);
    // Before the cache grows: a pass that failed must leave it as it was.
    if (topLogprobs.some((value) => !Number.isFinite(value))) throw this.notFinite();
    if (this.packsPast) cache.appendPacked(floats(port.fresh));
    for (let layer = 0; layer < this.config.layers && !this.packsPast; layer++)
      cache.append(layer, floats(port.newKey(layer)), floats(port.newValue(layer)));
    cache.advance(ids.length);
    if (options.nextId === undefined) logprobs[ids.length - 1] = Number.NaN;
    return {
      captures: new Map(capture.map((hook) => [hook, floats(canonicalHook(hook))])),
      logprobs,
      topIds: Int32Array.from(out[port.topIds].data as BigInt64Array, Number),
      topLogprobs,
      logits: options.logitRows ? floats(port.rowLogits) : new Float32Array(0),
      blocks: new Map((options.blocks?.fetches ?? []).map((name) => [name, floats(name)])),
    };
  }

  /**
   * What stands at hook points on `ids`, which follow the tokens in `past`; no logits are computed, and `past` stays as it is.
   * @returns `[T · width]` by the hook name that was asked for
   * @throws EngineError `weights-replaced`, `prompt-too-long`, `token-unknown`, `hook-unknown`
   */
  async capture(ids: Int32Array, past: KvCache, hooks: string[]): Promise<Map<string, Float32Array>> {
    for (const hook of hooks)
      if (!isHook(hook, this.config.layers)) throw unknownHook(hook, this.config.layers);
    const feeds = forwardFeeds(this, this.#edits, { ids, cache: past });
    const out = await this.#session.run(feeds, [...new Set(hooks.map(canonicalHook))]);
    return new Map(hooks.map((hook) => [hook, out[canonicalHook(hook)].data as Float32Array]));
  }

  /** What is wrong where its numbers are not finite. */
  notFinite(): EngineError {
    return new EngineError({
      code: "weights-nan",
      message: `${this.folder}: the model's output is not a number.`,
      remedy: "The weights hold NaN or infinity, or overflow: fetch the files again.",
      subject: "model",
      path: this.folder,
    });
  }
}
