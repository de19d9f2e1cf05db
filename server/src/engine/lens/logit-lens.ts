import { Tensor } from "onnxruntime-node";
import { port } from "../models/forward.ts";
import type { Model } from "../models/model.ts";
import { writeLogitLens } from "../models/write.ts";
import { type RunOptions, Session } from "../runtime/session.ts";
import { Checkpoint } from "../weights/checkpoint.ts";

/** What the unembedding makes of some residuals, `n` rows and `k` guesses. */
export interface LensReadout {
  /** `[n × k]`, best first. */
  topIds: Int32Array;
  topLogprobs: Float32Array;
  /** `[n]` of each row's target. */
  targetLogprobs: Float32Array;
  targetRanks: Int32Array;
}

/** Bytes that the logits of one run may take. */
const largestRun = 16 * 2 ** 20;

/**
 * The logit lens (nostalgebraist 2020): next-token guesses of a residual from any layer, `softmax(W_U · final_norm(x))` over
 * the whole vocabulary, the norm's statistics taken of `x` itself. Logits never leave the graph.
 */
export class LogitLens {
  /** Rows that one run should have at most. */
  readonly rows: number;
  readonly #session: Session;
  readonly #width: number;

  private constructor(session: Session, { dModel, vocabulary }: Model["config"]) {
    this.#session = session;
    this.#width = dModel;
    this.rows = Math.max(1, Math.min(256, Math.floor(largestRun / (4 * vocabulary))));
  }

  /** Opens a session that holds the model's unembedding and final norm, and nothing else. */
  static async open(model: Model, options: RunOptions): Promise<LogitLens> {
    const { graph, binder } = writeLogitLens(model.config, Checkpoint.open(model.folder), options.device);
    return new LogitLens(await Session.create(graph, binder, options, "model"), model.config);
  }

  /**
   * @param x `[n · d]` residuals
   * @param targets `[n]` ids whose log-probabilities and ranks are wanted
   * @param count guesses of each row, at most the vocabulary
   */
  async read(x: Float32Array, targets: Int32Array, count: number): Promise<LensReadout> {
    const n = targets.length;
    const feeds = {
      x: new Tensor("float32", x, [n, this.#width]),
      [port.targets]: new Tensor("int64", BigInt64Array.from(targets, BigInt), [n, 1]),
      [port.topCount]: new Tensor("int64", BigInt64Array.of(BigInt(count)), [1]),
    };
    const names = [port.topIds, port.topLogprobs, port.targetLogprob, port.targetRank];
    const out = await this.#session.run(feeds, names);
    return {
      topIds: Int32Array.from(out[port.topIds].data as BigInt64Array, Number),
      topLogprobs: out[port.topLogprobs].data as Float32Array,
      targetLogprobs: out[port.targetLogprob].data as Float32Array,
      targetRanks: Int32Array.from(out[port.targetRank].data as Float32Array),
    };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
