/** What is changed in the residual stream on its way. */
export interface StreamEdits {
  /** Canonical residual hook points, in the order of the model. */
  hooks: string[];
  /** Changes `x` `[rows, dModel]` in place. */
  apply(hook: string, x: Float32Array): Promise<void> | void;
}
