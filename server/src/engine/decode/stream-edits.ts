import type { Product } from "../products.ts";

/** What is changed in the residual stream on its way. */
export interface StreamEdits {
  /** Canonical residual hook points, in the order of the model. */
  hooks: string[];
  /**
   * Changes `x` `[rows, dModel]` in place.
   * @param product for what takes a large matrix to decide
   */
  apply(hook: string, x: Float32Array, product: Product): void;
}
