import { maxTokens } from "../calibration/measure.ts";
import { calibrationTextOf } from "../calibration/text.ts";
import { canonicalHook } from "../models/hooks.ts";
import type { Model } from "../models/model.ts";
import { isOutside } from "../saes/outside.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** What is usual at a hook point: what strengths are relative to. */
export interface HookFacts {
  /** Median norm of the residual, first tokens left out. */
  medianNorm: number;
  /** `[d]` mean of the residual, first tokens and massive activations left out. */
  mean: Float32Array;
}

const known = new WeakMap<Model, Map<string, Promise<HookFacts>>>();
const usual = new WeakMap<object, Promise<Float32Array>>();

/** A token whose residual is this many times the median's norm is a massive activation. */
const massiveFactor = 5;

/** Median residual norm at a residual hook point. */
export async function medianNorm(setup: LoadedSetup, hook: string): Promise<number> {
  return (await hookFacts(setup, hook)).medianNorm;
}

/**
 * What is usual at a residual hook point: as the SAE there has it, else measured on the text that SAEs of this set-up are
 * measured on.
 */
export function hookFacts(setup: LoadedSetup, hook: string): Promise<HookFacts> {
  const name = canonicalHook(hook);
  const there = setup.saes.find(({ sae }) => canonicalHook(sae.hook) === name);
  if (there) return Promise.resolve(there.statistics);
  const ofModel = known.get(setup.model) ?? new Map<string, Promise<HookFacts>>();
  known.set(setup.model, ofModel);
  let facts = ofModel.get(name);
  if (!facts) {
    facts = measureHook(setup, name);
    ofModel.set(name, facts);
    facts.catch(() => ofModel.delete(name));
  }
  return facts;
}

/** `[n]` mean activation of each latent on the text that its SAE is measured on; tokens it was not made for left out. */
export function meanActivations(setup: LoadedSetup, index: number): Promise<Float32Array> {
  const { sae } = setup.saes[index];
  let means = usual.get(sae);
  if (!means) {
    means = measureLatents(setup, index);
    usual.set(sae, means);
    means.catch(() => usual.delete(sae));
  }
  return means;
}

async function measureHook(setup: LoadedSetup, hook: string): Promise<HookFacts> {
  const d = setup.model.config.dModel;
  const rows: Float32Array[] = [];
  for (const ids of textsOf(setup)) {
    const x = await residual(setup.model, ids, hook);
    for (let t = 1; t < ids.length; t++) rows.push(x.subarray(t * d, (t + 1) * d));
  }
  const norms = rows.map((row) => Math.hypot(...row));
  const medianNorm = norms.toSorted((a, b) => a - b)[norms.length >> 1];
  const mean = new Float64Array(d);
  const kept = rows.filter((_, t) => norms[t] <= massiveFactor * medianNorm);
  for (const row of kept) for (let i = 0; i < d; i++) mean[i] += row[i] / kept.length;
  return { medianNorm, mean: Float32Array.from(mean) };
}

async function measureLatents(setup: LoadedSetup, index: number): Promise<Float32Array> {
  const { sae, statistics } = setup.saes[index];
  const d = sae.config.dIn;
  const sums = new Float64Array(sae.config.width);
  let count = 0;
  for (const ids of textsOf(setup, sae.path)) {
    const x = await residual(setup.model, ids, sae.hook);
    const { tokens } = await sae.encode(x, ids.length);
    tokens.forEach((row, position) => {
      const norm = Math.hypot(...x.subarray(position * d, (position + 1) * d));
      const place = { position, id: ids[position], special: setup.text.isSpecial(ids[position]), norm };
      if (isOutside(sae.config, place, statistics.medianNorm)) return;
      count++;
      row.indices.forEach((latent, i) => {
        sums[latent] += row.values[i];
      });
    });
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
}

async function residual(model: Model, ids: Int32Array, hook: string): Promise<Float32Array> {
  return (await model.capture(ids, model.newCache(), [hook])).get(hook) as Float32Array;
}

/** The first tokens of a calibration text, as many as an SAE is measured on. */
function textsOf(setup: LoadedSetup, folder = setup.saes[0]?.sae.path ?? setup.model.folder): Int32Array[] {
  let left = Math.min(maxTokens, setup.model.config.contextLength);
  return calibrationTextOf(folder)
    .texts.map((text) => {
      const ids = setup.encode([{ role: null, text }]).ids.slice(0, left);
      left -= ids.length;
      return ids;
    })
    .filter((ids) => ids.length > 1);
}
