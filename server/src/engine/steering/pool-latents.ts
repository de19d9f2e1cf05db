import type { PooledLatents } from "../../protocol/steering.ts";
import type { LoadedSae } from "../analyse/context.ts";
import { isOutside } from "../saes/outside.ts";
import { rowNorms } from "./norms.ts";

/** Activations of one SAE pooled over tokens: mean (over all tokens that count) and maximum of each latent. */
export class Pool {
  readonly #loaded: LoadedSae;
  readonly #isSpecial: (id: number) => boolean;
  readonly #sums = new Map<number, number>();
  readonly #most = new Map<number, number>();
  #count = 0;

  constructor(loaded: LoadedSae, isSpecial: (id: number) => boolean) {
    this.#loaded = loaded;
    this.#isSpecial = isSpecial;
  }

  /** Which of the tokens from `from` on of a text the SAE was not made for; `x` `[T · d]`. */
  outside(x: Float32Array, ids: Int32Array, from: number): boolean[] {
    const { sae, statistics } = this.#loaded;
    return rowNorms(x, sae.config.dIn).map((norm, t) => {
      const id = ids[from + t];
      const place = { position: from + t, id, special: this.#isSpecial(id), norm };
      return isOutside(sae.config, place, statistics.medianNorm);
    });
  }

  /** Adds rows `first` to `last` of `x` `[T · d]`, but for those to be skipped. */
  async add(x: Float32Array, skip: boolean[], first: number, last: number): Promise<void> {
    const { sae } = this.#loaded;
    const d = sae.config.dIn;
    const { tokens } = await sae.encode(x.slice(first * d, last * d), last - first);
    tokens.forEach(({ indices, values }, t) => {
      if (skip[first + t]) return;
      this.#count++;
      indices.forEach((latent, i) => {
        this.#sums.set(latent, (this.#sums.get(latent) ?? 0) + values[i]);
        this.#most.set(latent, Math.max(this.#most.get(latent) ?? 0, values[i]));
      });
    });
  }

  get result(): PooledLatents {
    const indices = Int32Array.from([...this.#sums.keys()].sort((a, b) => a - b));
    return {
      indices,
      mean: Float32Array.from(indices, (latent) => (this.#sums.get(latent) as number) / this.#count),
      maximum: Float32Array.from(indices, (latent) => this.#most.get(latent) as number),
    };
  }
}
