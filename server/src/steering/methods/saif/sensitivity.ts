import type { PooledLatents } from "../../../protocol/steering.ts";

/** How a latent answers to an instruction. */
export interface LatentSensitivity {
  latent: number;
  /** Share of the pairs on which it fires with the instruction and is silent without it. */
  sensitivity: number;
  /** Mean and standard deviation (of the population) of its activation with the instruction, over all pairs. */
  mean: number;
  deviation: number;
}

type Fires = Pick<PooledLatents, "indices" | "maximum">;

/** Counts, pair by pair, which latents of one SAE an instruction makes fire; keeps no activations. */
export class Sensitivities {
  readonly #turned: Uint32Array;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #pairs = 0;

  /** @param width latents of the SAE */
  constructor(width: number) {
    this.#turned = new Uint32Array(width);
    this.#sum = new Float64Array(width);
    this.#squares = new Float64Array(width);
  }

  /** Adds what fires on the last token of one prompt with the instruction and without it. */
  add(withIt: Fires, without: Fires): void {
    const silent = new Set(without.indices);
    this.#pairs++;
    withIt.indices.forEach((latent, i) => {
      const value = withIt.maximum[i];
      this.#sum[latent] += value;
      this.#squares[latent] += value * value;
      if (!silent.has(latent)) this.#turned[latent]++;
    });
  }

  /** The latents that the instruction makes fire on any pair: the most sensitive first, the stronger before the weaker. */
  result(): LatentSensitivity[] {
    return [...this.#turned]
      .flatMap((turned, latent) => {
        if (turned === 0) return [];
        const mean = this.#sum[latent] / this.#pairs;
        const variance = this.#squares[latent] / this.#pairs - mean * mean;
        const sensitivity = turned / this.#pairs;
        return [{ latent, sensitivity, mean, deviation: Math.sqrt(Math.max(0, variance)) }];
      })
      .sort((a, b) => b.sensitivity - a.sensitivity || b.mean - a.mean || a.latent - b.latent);
  }
}
