import type { PooledLatents } from "../../../protocol/steering.ts";

/** What is known of one latent of one SAE. */
export interface LatentCorrelation {
  latent: number;
  /** Pearson's r of its pooled activation with the grade; 0 where either never varies. */
  r: number;
  /** Mean of its pooled activation over the completions that succeeded. */
  coefficient: number;
  /** Share of the completions on which it fires. */
  frequency: number;
}

/** Shares of a mean square below which a variance is rounding. */
const rounding = 1e-12;

/**
 * Pearson's r of each latent of one SAE with a grade, a completion at a time: sums in f64, memory O(latents), only what fires
 * costs time. Grades are taken from the first one on, so that a common offset costs no digits.
 */
export class StreamingCorrelation {
  readonly #x: Float64Array;
  readonly #xx: Float64Array;
  readonly #xy: Float64Array;
  readonly #xSuccess: Float64Array;
  readonly #fires: Uint32Array;
  #offset: number | null = null;
  #y = 0;
  #yy = 0;
  #n = 0;
  #successes = 0;

  /** @param width latents of the SAE */
  constructor(width: number) {
    this.#x = new Float64Array(width);
    this.#xx = new Float64Array(width);
    this.#xy = new Float64Array(width);
    this.#xSuccess = new Float64Array(width);
    this.#fires = new Uint32Array(width);
  }

  /** Completions so far, and how many of them succeeded. */
  get counts(): { n: number; successes: number } {
    return { n: this.#n, successes: this.#successes };
  }

  /** Adds one completion: `maximum` over its tokens of each latent that fires. */
  add(
    { indices, maximum }: Pick<PooledLatents, "indices" | "maximum">,
    grade: number,
    success: boolean,
  ): void {
    this.#offset ??= grade;
    const y = grade - this.#offset;
    this.#n++;
    this.#y += y;
    this.#yy += y * y;
    if (success) this.#successes++;
    indices.forEach((latent, i) => {
      const x = maximum[i];
      this.#fires[latent]++;
      this.#x[latent] += x;
      this.#xx[latent] += x * x;
      this.#xy[latent] += x * y;
      if (success) this.#xSuccess[latent] += x;
    });
  }

  /** Of every latent, by its number. */
  result(): LatentCorrelation[] {
    const n = this.#n;
    const meanY = this.#y / n;
    const varianceY = this.#yy / n - meanY * meanY;
    return Array.from(this.#x, (sum, latent) => {
      const meanX = sum / n;
      const varianceX = this.#xx[latent] / n - meanX * meanX;
      const varies = varianceX > (rounding * this.#xx[latent]) / n && varianceY > (rounding * this.#yy) / n;
      const r = varies ? (this.#xy[latent] / n - meanX * meanY) / Math.sqrt(varianceX * varianceY) : 0;
      return {
        latent,
        r,
        coefficient: this.#successes > 0 ? this.#xSuccess[latent] / this.#successes : 0,
        frequency: this.#fires[latent] / n,
      };
    });
  }
}
