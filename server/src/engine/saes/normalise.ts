import type { SaeConfig } from "./config.ts";

/** What undoes a token's normalisation on the decoder's side: `x̂ = y · scale + shift`. */
export interface Undo {
  scale: number;
  shift: number;
}

const nothing: Undo = { scale: 1, shift: 0 };

/**
 * Writes one token's activations `x[at .. at + d)` into `out[to .. to + d)`, normalised as SAELens does at run time;
 * sums in f64.
 */
export function normalise(
  x: Float32Array,
  at: number,
  out: Float32Array,
  to: number,
  d: number,
  kind: SaeConfig["normalize"],
): Undo {
  if (kind === "constant_norm_rescale") {
    let squares = 0;
    for (let i = 0; i < d; i++) squares += x[at + i] * x[at + i];
    const factor = Math.sqrt(d) / Math.sqrt(squares);
    for (let i = 0; i < d; i++) out[to + i] = x[at + i] * factor;
    return { scale: 1 / factor, shift: 0 };
  }
  if (kind === "layer_norm") {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += x[at + i];
    const mean = sum / d;
    let squares = 0;
    for (let i = 0; i < d; i++) squares += (x[at + i] - mean) ** 2;
    const std = Math.sqrt(squares / (d - 1));
    for (let i = 0; i < d; i++) out[to + i] = (x[at + i] - mean) / (std + 1e-5);
    return { scale: std, shift: mean };
  }
  for (let i = 0; i < d; i++) out[to + i] = x[at + i];
  return nothing;
}
