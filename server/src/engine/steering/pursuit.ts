/** Directions that a vector is told in: rows `[n, d]`. */
export interface Dictionary {
  /** `[n]` products of all rows with `x` `[d]`. */
  products(x: Float64Array): Float64Array;
  /** Row `i` `[d]`. */
  row(i: number): Float32Array;
  /** `[n]`; a row of norm 0 is no direction. */
  norms: Float32Array;
}

/** Steps on one support at most, and the gain in ‖r‖² / ‖v‖² below which there are no more. */
const mostSteps = 100;
const leastGain = 1e-10;
/** What is left of a vector, as a share of its norm, when it counts as told. */
const nothing = 1e-6;

/**
 * Tells a vector as a sum of few unit rows of a dictionary with coefficients of either sign (ours): the selection and the
 * gradient step of gradient pursuit (Blumensath and Davies, “Gradient Pursuits”, 2008). With each new atom, the one whose
 * product with what is left is largest in size, the paper goes one step along the gradient on the atoms so far; here steps go
 * on until they gain nothing, so that what is left with k atoms is what these k atoms cannot say. All in f64.
 */
export class Pursuit {
  readonly latents: number[] = [];
  readonly coefficients: number[] = [];
  /** ‖r‖ / ‖v‖ with the first 0, 1, … atoms. */
  readonly residuals: number[] = [1];
  readonly #dictionary: Dictionary;
  readonly #left: Float64Array;
  readonly #norm: number;
  readonly #rows: Float64Array[] = [];

  /** @param vector not zero */
  constructor(dictionary: Dictionary, vector: Float32Array) {
    this.#dictionary = dictionary;
    this.#left = Float64Array.from(vector);
    this.#norm = Math.hypot(...vector);
  }

  /** Adds an atom; false where nothing is left to tell, or no direction tells any of it. */
  step(): boolean {
    if ((this.residuals.at(-1) as number) <= nothing) return false;
    const found = this.#largest();
    if (found === null) return false;
    const norm = this.#dictionary.norms[found];
    this.#rows.push(Float64Array.from(this.#dictionary.row(found), (value) => value / norm));
    this.latents.push(found);
    this.coefficients.push(0);
    for (let step = 0; step < mostSteps; step++) if (this.#descend() < leastGain) break;
    this.residuals.push(Math.hypot(...this.#left) / this.#norm);
    return true;
  }

  /** The row, of those not taken yet, whose direction what is left has most of; the first of equals. */
  #largest(): number | null {
    const { norms } = this.#dictionary;
    const products = this.#dictionary.products(this.#left);
    for (const latent of this.latents) products[latent] = 0;
    let [best, size] = [null as number | null, 0];
    for (let i = 0; i < products.length; i++) {
      const product = norms[i] > 0 ? Math.abs(products[i]) / norms[i] : 0;
      if (product > size) [best, size] = [i, product];
    }
    return best;
  }

  /** One step along the gradient, as long as lowers ‖r‖² most; returns by how much, as a share of ‖v‖². */
  #descend(): number {
    const gradient = this.#rows.map((row) => dot(row, this.#left));
    const along = new Float64Array(this.#left.length);
    this.#rows.forEach((row, k) => {
      for (let i = 0; i < along.length; i++) along[i] += gradient[k] * row[i];
    });
    const squares = dot(along, along);
    if (squares === 0) return 0;
    const length = dot(along, this.#left) / squares;
    gradient.forEach((value, k) => {
      this.coefficients[k] += length * value;
    });
    for (let i = 0; i < along.length; i++) this.#left[i] -= length * along[i];
    return (length ** 2 * squares) / this.#norm ** 2;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
