import { Tensor } from "onnxruntime-node";
import { Graph } from "../onnx/graph.ts";
import { type RunOptions, Session } from "../runtime/session.ts";
import { WeightBinder } from "../runtime/weight-binder.ts";
import type { Sae } from "../saes/sae.ts";

/** Neighbours of each latent. */
export const near = 20;

/** Nearest decoder directions of an SAE by cosine. */
export class Neighbours {
  readonly #session: Session;
  readonly #sae: Sae;
  readonly #norms: Float32Array;

  private constructor(session: Session, sae: Sae, norms: Float32Array) {
    this.#session = session;
    this.#sae = sae;
    this.#norms = norms;
  }

  static async open(sae: Sae, options: RunOptions): Promise<Neighbours> {
    const g = new Graph();
    const { decoder } = sae;
    const binder = new WeightBinder(g, [decoder]);
    const x = g.input("x", "f32", ["T", sae.config.dIn]);
    g.expose(g.node("Gemm", [x, binder.f32(decoder)], { transB: 1 }, "products"), "f32", [
      "T",
      sae.config.width,
    ]);
    return new Neighbours(await Session.create(g, binder, options, "sae"), sae, sae.decoderNorms());
  }

  /** Norms of all decoder rows `[n]`. */
  get norms(): Float32Array {
    return this.#norms;
  }

  /** The nearest to latents `from` to `to`, themselves left out: `[to − from, min(near, n − 1)]`, nearest first. */
  async of(from: number, to: number): Promise<{ latents: Int32Array; cosines: Float32Array; near: number }> {
    const { dIn, width } = this.#sae.config;
    const rows = this.#sae.decoderRows(from, to);
    const out = await this.#session.run({ x: new Tensor("float32", rows, [to - from, dIn]) }, ["products"]);
    const products = out.products.data as Float32Array;
    const count = Math.min(near, width - 1);
    const latents = new Int32Array((to - from) * count);
    const cosines = new Float32Array((to - from) * count);
    for (let latent = from; latent < to; latent++) {
      const row = products.subarray((latent - from) * width, (latent - from + 1) * width);
      const own = this.#norms[latent];
      // A row of zeros points nowhere and is near to nothing.
      for (let i = 0; i < width; i++) row[i] = own * this.#norms[i] > 0 ? row[i] / (own * this.#norms[i]) : 0;
      row[latent] = Number.NEGATIVE_INFINITY;
      strongest(row, count).forEach((other, k) => {
        latents[(latent - from) * count + k] = other;
        cosines[(latent - from) * count + k] = row[other];
      });
    }
    return { latents, cosines, near: count };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Indices of the `count` largest values, largest first, the lower index first among equals. */
function strongest(values: Float32Array, count: number): number[] {
  const sorted = values.toSorted();
  const least = sorted[values.length - count];
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] >= least) found.push(i);
  return found.sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}
