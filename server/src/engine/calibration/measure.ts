import { EngineError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { readResiduals } from "../models/read-residuals.ts";
import { isOutside } from "../saes/outside.ts";
import type { Sae } from "../saes/sae.ts";

/** Tokens of the calibration text that are read. */
export const maxTokens = 384;

/** Changes when what is measured does: what an older version measured is then measured again. */
export const measureVersion = 3;

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

/** Texts as the model reads them, one by one. */
export interface MeasuredText {
  /** What people call them. */
  name: string;
  texts: Int32Array[];
  isSpecial(id: number): boolean;
}

/**
 * Runs model and SAE over texts; tokens that the SAE was not made for are left out.
 * @throws EngineError `calibration-failed` where too few tokens are left
 */
export async function measure(model: Model, sae: Sae, text: MeasuredText): Promise<Measured> {
  const { dIn, width } = sae.config;
  const places = text.texts.flatMap((ids) => Array.from(ids, (id, position) => ({ id, position })));
  const x = new Float32Array(places.length * dIn);
  let done = 0;
  for (const ids of text.texts) {
    const rows = await readResiduals(model, ids, [sae.hook]);
    x.set(rows.get(sae.hook) as Float32Array, done * dIn);
    done += ids.length;
  }
  const row = (t: number) => x.subarray(t * dIn, (t + 1) * dIn);
  const norms = places.map((_, t) => Math.hypot(...row(t)));
  const medianNorm = median(norms.filter((_, t) => places[t].position > 0));
  const kept = [...places.keys()].filter((t) => {
    const place = { ...places[t], special: text.isSpecial(places[t].id), norm: norms[t] };
    return !isOutside(sae.config, place, medianNorm);
  });
  if (kept.length < 2) throw tooFew(sae.path);
  const mean = new Array<number>(dIn).fill(0);
  for (const t of kept)
    row(t).forEach((value, i) => {
      mean[i] += value / kept.length;
    });
  const { tokens, squaredError } = await sae.encode(x, places.length);
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
    source: `${text.name}, ${kept.length} tokens`,
    medianNorm,
    l0: active / kept.length,
    fvu: error / variance,
    mean,
    frequency,
  };
}

/** The middle one, the upper of two. */
export function median(values: number[]): number {
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
