import { Tensor } from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import { type Feeds, type RunOptions, Session } from "../runtime/session.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import { feedEdits } from "./edits.ts";
import { feedPast, repeated, rotaryTable } from "./feeds.ts";
import { port } from "./forward.ts";
import type { KvCache } from "./kv-cache.ts";
import type { Model } from "./model.ts";
import { writeForward } from "./write.ts";

/** How likely the likeliest of some tokens is at each of several ends of a text. */
export interface BranchEnds {
  /** `[n]` its natural log-probability. */
  logprob: Float32Array;
  /** `[n]` how many tokens of the vocabulary are likelier. */
  rank: Float32Array;
}

/**
 * Ends one text in many ways at once: variants of its last token's residual share the keys and values of all tokens before,
 * and each sees these and itself alone. The model's graph from a residual hook point on, in a session of its own, so that
 * nothing below is computed.
 */
export class Branches {
  readonly #model: Model;
  readonly #session: Session;
  readonly #inputs: Set<string>;
  readonly #edits: string[];
  readonly #packsPast: boolean;

  private constructor(
    model: Model,
    session: Session,
    graph: { inputs: Set<string>; edits: string[]; packsPast: boolean },
  ) {
    this.#model = model;
    this.#session = session;
    this.#inputs = graph.inputs;
    this.#edits = graph.edits;
    this.#packsPast = graph.packsPast;
  }

  /**
   * @param hook canonical name of a residual hook point
   * @param budget bytes that the weights may take a second time
   * @throws EngineError `memory-budget`
   */
  static async open(model: Model, hook: string, options: RunOptions, budget: number): Promise<Branches> {
    const checkpoint = Checkpoint.open(model.folder);
    const { device } = options;
    const written = writeForward(model.config, checkpoint, { from: hook, device });
    const { graph: g, binder, edits, packsPast, logprobs } = written;
    const candidates = g.input("candidates", "i64", ["T", "K"]);
    const own = g.node("GatherElements", [logprobs, candidates], { axis: 1 });
    const best = g.node("ReduceMax", [own, g.ints(1)], { keepdims: 1 }, "best");
    const likelier = g.node("Cast", [g.node("Greater", [logprobs, best])], { to: 1 });
    const rank = g.node("ReduceSum", [likelier, g.ints(1)], { keepdims: 1 }, "rank");
    g.expose(best, "f32", ["T", 1]);
    g.expose(rank, "f32", ["T", 1]);
    g.keepOnly(["best", "rank"]);
    const sizes = g.externals.map((name) => checkpoint.tensors.get(name)?.shape ?? []);
    const bytes = 4 * sizes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    if (model.bytes + bytes > budget) throw tooLarge(model.folder, bytes);
    const session = await Session.create(g, binder, options, "model");
    return new Branches(model, session, { inputs: new Set(g.inputs), edits, packsPast });
  }

  /**
   * @param before keys and values of all tokens but the last
   * @param rows `[n · d]` residuals of the last token at the hook point
   * @param candidates `[n · k]` token ids
   * @throws EngineError `weights-nan` when the result is not finite
   */
  async read(before: KvCache, rows: Float32Array, candidates: Int32Array, n: number): Promise<BranchEnds> {
    const ids = new Tensor("int64", BigInt64Array.from(candidates, BigInt), [n, candidates.length / n]);
    const out = await this.#session.run({ ...this.#feeds(before, rows, n), candidates: ids }, [
      "best",
      "rank",
    ]);
    const logprob = (out.best.data as Float32Array).slice();
    if (!logprob.every(Number.isFinite)) throw this.#model.notFinite();
    return { logprob, rank: (out.rank.data as Float32Array).slice() };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds(before: KvCache, rows: Float32Array, n: number): Feeds {
    const { layers, dModel, rotary, window } = this.#model.config;
    const past = before.length;
    const mask = new Uint8Array(n * (past + n));
    const oldest = window === null ? 0 : Math.max(0, past - window + 1);
    for (let i = 0; i < n; i++) {
      mask.fill(1, i * (past + n) + oldest, i * (past + n) + past);
      mask[i * (past + n) + past + i] = 1;
    }
    const feeds: Feeds = {
      [port.residual]: new Tensor("float32", rows, [n, dModel]),
      [port.mask]: new Tensor("bool", mask, [n, past + n]),
    };
    feedPast(feeds, before, layers, this.#packsPast);
    if (rotary) {
      // All stand at the same place.
      const tables = rotaryTable(rotary, past, 1).map((row) => repeated(row, n));
      const shape = [1, n, rotary.length];
      feeds[port.cos] = new Tensor("float32", tables[0], shape);
      feeds[port.sin] = new Tensor("float32", tables[1], shape);
    }
    feedEdits(feeds, this.#edits, [], [n, dModel], layers);
    for (const name of Object.keys(feeds)) if (!this.#inputs.has(name)) delete feeds[name];
    return feeds;
  }
}

function tooLarge(folder: string, bytes: number): EngineError {
  const megabytes = Math.ceil(bytes / 2 ** 20);
  return new EngineError({
    code: "memory-budget",
    message: `Output scores need ${megabytes} MB more for ${folder}, beyond the memory budget.`,
    remedy: "Raise the setting memoryBudgetMB, or choose a smaller model.",
    subject: "model",
    path: folder,
  });
}
