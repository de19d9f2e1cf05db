import { Tensor } from "onnxruntime-node";
import type { Model } from "../models/model.ts";
import { writeUnembedding } from "../models/write.ts";
import { type RunOptions, Session } from "../runtime/session.ts";
import { Checkpoint } from "../weights/checkpoint.ts";

/** Tokens on each list. */
export const listed = 10;

export interface LensRows {
  /** `[n × listed]`, best first. */
  ids: Int32Array;
  logits: Float32Array;
}

/** Logits of directions: `W_U · final_norm(v)`, reduced in the graph to the tokens at either end. */
export class Lens {
  readonly #session: Session;
  readonly #count: number;

  private constructor(session: Session, count: number) {
    this.#session = session;
    this.#count = count;
  }

  /** @param most tokens on each list */
  static async open(model: Model, options: RunOptions, most = listed): Promise<Lens> {
    const { graph: g, binder, logits } = writeUnembedding(model.config, Checkpoint.open(model.folder));
    const count = Math.min(most, model.config.vocabulary);
    for (const largest of [1, 0]) {
      const names = [`logits.${largest}`, `ids.${largest}`];
      const [values, ids] = g.nodes("TopK", [logits, g.ints(count)], { axis: 1, largest }, names);
      g.expose(values, "f32", ["T", "K"]);
      g.expose(ids, "i64", ["T", "K"]);
    }
    g.keepOnly(["logits.1", "ids.1", "logits.0", "ids.0"]);
    return new Lens(await Session.create(g, binder, options, "model"), count);
  }

  /** @param rows `[n · d]` directions in the residual stream */
  async read(
    rows: Float32Array,
    n: number,
  ): Promise<{ raised: LensRows; lowered: LensRows; listed: number }> {
    const x = new Tensor("float32", rows, [n, rows.length / n]);
    const out = await this.#session.run({ x }, ["logits.1", "ids.1", "logits.0", "ids.0"]);
    const list = (largest: number): LensRows => ({
      ids: Int32Array.from(out[`ids.${largest}`].data as BigInt64Array, Number),
      logits: (out[`logits.${largest}`].data as Float32Array).slice(),
    });
    return { raised: list(1), lowered: list(0), listed: this.#count };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
