import { EngineError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import type { Sae } from "../saes/sae.ts";

/** Tokens of the calibration text that are read. */
export const maxTokens = 384;

/** A token whose residual is this many times the median is a massive activation, which says nothing of the SAE. */
const massiveFactor = 5;

/** What one pass over a calibration text says of an SAE; plain numbers, so that it can be kept as JSON. */
export interface Measured {
  /** What it was measured on, for people. */
  source: string;
  medianNorm: number;
  /** Mean number of active latents a token, and fraction of variance unexplained over all tokens. */
  l0: number;
  fvu: number;
  /** `[d]` mean residual. */
  mean: number[];
  /** `[n]` share of tokens each latent fires on. */
  frequency: number[];
}

/**
 * Runs model and SAE over `ids`; the first position, tokens that the SAE's metadata excludes and massive activations
 * are left out.
 * @param name the text's name, for people
 * @throws EngineError `calibration-failed` where too few tokens are left
 */
export async function measure(model: Model, sae: Sae, all: Int32Array, name: string): Promise<Measured> {
  const ids = all.subarray(0, Math.min(maxTokens, model.config.contextLength));
  const { captures } = await model.forward(ids, { capture: [sae.hook] });
  const x = captures.get(sae.hook) as Float32Array;
  const { dIn, width, excludedIds, firstPosition } = sae.config;
  const row = (t: number) => x.subarray(t * dIn, (t + 1) * dIn);
  const norms = Array.from(ids, (_, t) => Math.hypot(...row(t)));
  const medianNorm = median(norms.slice(1));
  const kept = [...ids.keys()].filter(
    (t) =>
      t >= Math.max(1, firstPosition) && !excludedIds.has(ids[t]) && norms[t] <= massiveFactor * medianNorm,
  );
  if (kept.length < 2) throw tooFew(sae.path);
  const mean = new Array<number>(dIn).fill(0);
  for (const t of kept)
    row(t).forEach((value, i) => {
      mean[i] += value / kept.length;
    });
  const { tokens, squaredError } = await sae.encode(x, ids.length);
  const frequency = new Array<number>(width).fill(0);
  let [active, error, variance] = [0, 0, 0];
  for (const t of kept) {
    active += tokens[t].indices.length;
    for (const latent of tokens[t].indices) frequency[latent] += 1 / kept.length;
    error += squaredError[t];
    row(t).forEach((value, i) => {
      variance += (value - mean[i]) ** 2;
    });
  }
  return {
    source: `${name}, ${kept.length} tokens`,
    medianNorm,
    l0: active / kept.length,
    fvu: error / variance,
    mean,
    frequency,
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function tooFew(path: string): EngineError {
  return new EngineError({
    code: "calibration-failed",
    message: `${path}: too few ordinary tokens to measure it on.`,
    remedy: "Check that the SAE belongs to this model.",
    subject: "sae",
    path,
  });
}
