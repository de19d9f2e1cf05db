import type { Decomposed, DirectEncoding } from "../../protocol/decompose.ts";
import type { Sae } from "../saes/sae.ts";
import { shared } from "./direct-encoding.ts";

/** Rows encoded in one go, after which others have their turn. */
const batch = 64;
const listed = 100;

/** Mean activations of an SAE's latents on positive residuals minus those on negative ones, gathered in steps. */
export class ContrastLatents {
  readonly #sides: { rows: Float32Array; sign: 1 | -1 }[];
  readonly #difference: Float64Array;
  #side = 0;
  #done = 0;

  constructor({ positive, negative }: { positive: Float32Array; negative: Float32Array }, width: number) {
    this.#sides = [
      { rows: positive, sign: 1 },
      { rows: negative, sign: -1 },
    ];
    this.#difference = new Float64Array(width);
  }

  /** Encodes the next rows; false where all are. */
  async step(sae: Sae): Promise<boolean> {
    const side = this.#sides[this.#side];
    if (!side) return false;
    const d = sae.config.dIn;
    const count = side.rows.length / d;
    const to = Math.min(this.#done + batch, count);
    const { tokens } = await sae.encode(side.rows.slice(this.#done * d, to * d), to - this.#done);
    for (const { indices, values } of tokens)
      indices.forEach((latent, i) => {
        this.#difference[latent] += (side.sign * values[i]) / count;
      });
    this.#done = to;
    if (to === count) [this.#side, this.#done] = [this.#side + 1, 0];
    return true;
  }

  result(direct: DirectEncoding): NonNullable<Decomposed["contrast"]> {
    const difference = this.#difference;
    const order = [...difference.keys()]
      .filter((latent) => difference[latent] !== 0)
      .sort((a, b) => Math.abs(difference[b]) - Math.abs(difference[a]) || a - b);
    let [both, own, others] = [0, 0, 0];
    direct.latents.forEach((latent, i) => {
      both += direct.activations[i] * difference[latent];
      own += direct.activations[i] ** 2;
    });
    for (const latent of order) others += difference[latent] ** 2;
    const latents = Int32Array.from(order.slice(0, listed));
    return {
      latents,
      differences: Float32Array.from(latents, (latent) => difference[latent]),
      cosine: own > 0 && others > 0 ? both / Math.sqrt(own * others) : 0,
      shared: shared(direct.latents, Int32Array.from(order.slice(0, direct.latents.length))),
    };
  }
}
