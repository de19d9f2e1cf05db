import { maxTokens } from "../calibration/measure.ts";
import { calibrationTextOf } from "../calibration/text.ts";
import { canonicalHook } from "../models/hooks.ts";
import type { Model } from "../models/model.ts";
import { readResiduals } from "../models/read-residuals.ts";
import { isMassive, isOutside } from "../saes/outside.ts";
import type { Sae } from "../saes/sae.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { medianNorm, rowNorms } from "./norms.ts";

/** What was measured, as long as the model or SAE is in memory. */
const ofModels = new WeakMap<Model, Map<string, Float32Array>>();
const ofSaes = new WeakMap<Sae, Float32Array>();

/**
 * `[d]` mean of the residual at a residual hook point: as an SAE of the set-up there has it, else measured on the text that its
 * SAEs are measured on, without first tokens and those of massive activation.
 */
export async function meanResidual(setup: LoadedSetup, hook: string): Promise<Float32Array> {
  const place = canonicalHook(hook);
  const there = setup.saes.find(({ sae }) => canonicalHook(sae.hook) === place);
  if (there) return there.statistics.mean;
  const known = ofModels.get(setup.model) ?? new Map<string, Float32Array>();
  ofModels.set(setup.model, known);
  const before = known.get(place);
  if (before) return before;
  const usual = await medianNorm(setup, place);
  const d = setup.model.config.dModel;
  const sum = new Float64Array(d);
  let count = 0;
  for (const ids of calibrationIds(setup, setup.saes[0]?.sae.path ?? setup.model.folder)) {
    const x = (await readResiduals(setup.model, ids, [place])).get(place) as Float32Array;
    rowNorms(x, d).forEach((norm, t) => {
      if (t === 0 || isMassive(norm, usual)) return;
      count++;
      for (let i = 0; i < d; i++) sum[i] += x[t * d + i];
    });
  }
  const mean = Float32Array.from(sum, (value) => value / Math.max(1, count));
  known.set(place, mean);
  return mean;
}

/** `[n]` mean activation of each latent on the text that its SAE is measured on; tokens it was not made for left out. */
export async function meanActivations(setup: LoadedSetup, index: number): Promise<Float32Array> {
  const { sae, statistics } = setup.saes[index];
  const before = ofSaes.get(sae);
  if (before) return before;
  const sums = new Float64Array(sae.config.width);
  let count = 0;
  for (const ids of calibrationIds(setup, sae.path)) {
    const x = (await readResiduals(setup.model, ids, [sae.hook])).get(sae.hook) as Float32Array;
    const norms = rowNorms(x, sae.config.dIn);
    const { tokens } = await sae.encode(x, ids.length);
    tokens.forEach((row, position) => {
      const id = ids[position];
      const place = { position, id, special: setup.text.isSpecial(id), norm: norms[position] };
      if (isOutside(sae.config, place, statistics.medianNorm)) return;
      count++;
      row.indices.forEach((latent, i) => {
        sums[latent] += row.values[i];
      });
    });
  }
  const means = Float32Array.from(sums, (sum) => sum / Math.max(1, count));
  ofSaes.set(sae, means);
  return means;
}

/** The first tokens of a calibration text, as many as an SAE is measured on. */
function calibrationIds(setup: LoadedSetup, folder: string): Int32Array[] {
  let left = Math.min(maxTokens, setup.model.config.contextLength);
  return calibrationTextOf(folder)
    .texts.map((text) => {
      const ids = setup.encode([{ role: null, text }]).ids.slice(0, left);
      left -= ids.length;
      return ids;
    })
    .filter((ids) => ids.length > 0);
}
