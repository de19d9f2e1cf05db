import type { SaeConfig } from "./config.ts";

/** One row prepared for the encoder, and what undoes it on the decoder's side: `x̂ = y · scale + shift`. */
export interface Normalised {
  row: Float32Array;
  scale: number;
  shift: number;
}

/** Normalises one token's activations `[d]` as SAELens does at run time; sums in f64. */
export function normalise(x: Float32Array, kind: SaeConfig["normalize"]): Normalised {
  const d = x.length;
  if (kind === "constant_norm_rescale") {
    let squares = 0;
    for (let i = 0; i < d; i++) squares += x[i] * x[i];
    const factor = Math.sqrt(d) / Math.sqrt(squares);
    return { row: x.map((value) => value * factor), scale: 1 / factor, shift: 0 };
  }
  if (kind === "layer_norm") {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += x[i];
    const mean = sum / d;
    let squares = 0;
    for (let i = 0; i < d; i++) squares += (x[i] - mean) ** 2;
    const std = Math.sqrt(squares / (d - 1));
    return { row: x.map((value) => (value - mean) / (std + 1e-5)), scale: std, shift: mean };
  }
  return { row: x, scale: 1, shift: 0 };
}
