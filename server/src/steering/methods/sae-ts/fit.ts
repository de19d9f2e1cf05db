import type { CancellationToken } from "vscode-jsonrpc/node";
import { type Engine, meanOnRollouts, type RolloutOptions } from "./effects.ts";
import { fitRidge, type LinearFit, predict } from "./ridge.ts";

/** What steering by many unit vectors was seen to do, row by row; grows, and can be gone on with. */
export interface Effects {
  /** `[width]` mean activations of what the model writes by itself. */
  baseline: Float32Array;
  /** Which of the vectors were tried, and the change of each latent's mean activation `[width]` under each. */
  rows: { vector: number; change: Float32Array }[];
}

/** The fit, and how well it foresees rows that it was not made from. */
export interface EffectFit {
  fit: LinearFit;
  /**
   * Share of the variance of held-out rows that it explains, all latents together; null where there are too few rows. Where the
   * penalty was chosen by it, it is a little too good.
   */
  heldOut: number | null;
  /** The penalty that was taken. */
  ridge: number;
  rows: number;
}

/** One row in ten is kept for telling how good the fit is. */
const heldOutShare = 0.1;

/**
 * Measures what vectors do, those that were not tried yet; `effects` grows, so that it can be kept between two of them.
 * @param vectors unit vectors `[d]`
 */
export async function measureEffects(
  engine: Engine,
  vectors: Float32Array[],
  effects: Effects,
  options: RolloutOptions,
  on: { measured(done: number): void; token?: CancellationToken },
): Promise<void> {
  const tried = new Set(effects.rows.map(({ vector }) => vector));
  for (const [i, vector] of vectors.entries()) {
    if (tried.has(i)) continue;
    const mean = await meanOnRollouts(engine, vector, options, on.token);
    effects.rows.push({ vector: i, change: mean.map((value, latent) => value - effects.baseline[latent]) });
    on.measured(effects.rows.length);
  }
}

/** Penalties that are tried; the one that foresees held-out rows best is taken. Few rollouts are noisy, and want a large one. */
const usualRidges = [0.01, 0.05, 0.3, 1, 3, 10];

/**
 * SAE-TS: Chalnev, Siu, Conmy 2024, “Improving Steering Vectors by Targeting Sparse Autoencoder Features”. The effect y of
 * steering by a unit vector x at one strength, the change of each latent's mean activation over what is written, is taken as
 * linear, y ≈ x M + b. The authors train M and b by Adam on ten thousands of rollouts; here it is ridge regression in closed
 * form, which few rollouts allow.
 */
export function fitEffects(
  vectors: Float32Array[],
  { rows, baseline }: Effects,
  ridges: readonly number[] = usualRidges,
): EffectFit {
  const size = { inputs: vectors[0].length, outputs: baseline.length };
  const every = Math.round(1 / heldOutShare);
  const [kept, heldOut] = [rows.filter((_, i) => i % every !== 0), rows.filter((_, i) => i % every === 0)];
  const fitted = (some: Effects["rows"], ridge: number) =>
    fitRidge(
      joined(some.map(({ vector }) => vectors[vector])),
      joined(some.map(({ change }) => change)),
      size,
      ridge,
    );
  const isTold = kept.length >= size.inputs / 4 && heldOut.length >= 2;
  let best: { ridge: number; share: number | null } = { ridge: ridges[ridges.length - 1], share: null };
  for (const ridge of isTold ? ridges : []) {
    const share = explained(fitted(kept, ridge), heldOut, vectors);
    if (best.share === null || share > best.share) best = { ridge, share };
  }
  return { fit: fitted(rows, best.ridge), heldOut: best.share, ridge: best.ridge, rows: rows.length };
}

function explained(fit: LinearFit, rows: Effects["rows"], vectors: Float32Array[]): number {
  let [error, variance] = [0, 0];
  const mean = new Float64Array(fit.outputs);
  for (const { change } of rows) {
    change.forEach((value, o) => {
      mean[o] += value / rows.length;
    });
  }
  for (const { vector, change } of rows) {
    const expected = predict(fit, vectors[vector]);
    change.forEach((value, o) => {
      error += (value - expected[o]) ** 2;
      variance += (value - mean[o]) ** 2;
    });
  }
  return 1 - error / variance;
}

function joined(rows: Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
