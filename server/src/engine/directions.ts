/**
 * A direction in activation space: what a latent, a steering vector, a probe and a lens target all become,
 * so that steering, scoring and search speak of one thing.
 */
export interface Direction {
  /** TransformerLens name of the hook point it lives at. */
  hook: string;
  /** `[d]` */
  vector: Float32Array;
  bias?: number;
  /** What a coefficient of 1 means. */
  unit: "raw" | "unit-norm" | "residual-norm" | "latent-maximum";
}
