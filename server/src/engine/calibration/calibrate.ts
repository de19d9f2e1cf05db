import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import type { Sae } from "../saes/sae.ts";
import { readStatistics, type SaeStatistics } from "../saes/statistics.ts";
import { calibrationText } from "./text.ts";

const maxTokens = 384;

/**
 * Statistics of an SAE: those in its folder, else measured once on the built-in text and kept in `cache`
 * under a hash of text, weights and hook.
 */
export async function calibrate(
  model: Model,
  sae: Sae,
  encode: (text: string) => Int32Array,
  cache: string,
  identity: string,
): Promise<SaeStatistics> {
  const known = readStatistics(sae.path, sae.config.width, sae.config.dIn);
  if (known) return known;
  const key = createHash("sha256")
    .update(JSON.stringify([calibrationText, identity, sae.hook, maxTokens]))
    .digest("hex");
  const file = join(cache, `calibration-${key.slice(0, 32)}.json`);
  return readCached(file) ?? (await measure(model, sae, encode, file));
}

async function measure(
  model: Model,
  sae: Sae,
  encode: (text: string) => Int32Array,
  file: string,
): Promise<SaeStatistics> {
  const ids = encode(calibrationText).subarray(0, Math.min(maxTokens, model.config.contextLength));
  const { captures } = await model.forward(ids, { capture: [sae.hook] });
  const x = captures.get(sae.hook) as Float32Array;
  const { dIn, width, excludedIds, firstPosition } = sae.config;
  const row = (t: number) => x.subarray(t * dIn, (t + 1) * dIn);
  const norms = Array.from(ids, (_, t) => Math.hypot(...row(t)));
  const medianNorm = median(norms.slice(1));
  const kept = [...ids.keys()].filter(
    (t) => t >= Math.max(1, firstPosition) && !excludedIds.has(ids[t]) && norms[t] <= 5 * medianNorm,
  );
  if (kept.length < 2)
    throw new EngineError({
      code: "calibration-failed",
      message: `${sae.path}: too few ordinary tokens to measure it on.`,
      remedy: "Check that the SAE belongs to this model.",
      subject: "sae",
      path: sae.path,
    });
  const mean = new Float32Array(dIn);
  for (const t of kept)
    row(t).forEach((value, i) => {
      mean[i] += value / kept.length;
    });
  const { tokens, squaredError } = await sae.encode(x, ids.length);
  const frequency = new Float32Array(width);
  let active = 0;
  let error = 0;
  let variance = 0;
  for (const t of kept) {
    active += tokens[t].indices.length;
    for (const latent of tokens[t].indices) frequency[latent] += 1 / kept.length;
    error += squaredError[t];
    row(t).forEach((value, i) => {
      variance += (value - mean[i]) ** 2;
    });
  }
  const result = {
    source: `built-in calibration text, ${kept.length} tokens`,
    medianNorm,
    l0: active / kept.length,
    fvu: error / variance,
    mean: [...mean],
    frequency: [...frequency],
  };
  writeAtomically(file, JSON.stringify(result));
  return revive(result);
}

type Stored = Omit<SaeStatistics, "mean" | "frequency" | "maximum" | "labels"> & {
  mean: number[];
  frequency: number[];
};

function readCached(file: string): SaeStatistics | null {
  try {
    return revive(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null; // never measured, or cut short: measure again
  }
}

const revive = (stored: Stored): SaeStatistics => ({
  ...stored,
  mean: Float32Array.from(stored.mean),
  frequency: Float32Array.from(stored.frequency),
  maximum: null,
  labels: new Map(),
});

function writeAtomically(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, file);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
