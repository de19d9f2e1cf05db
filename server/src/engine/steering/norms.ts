import { maxTokens, median } from "../calibration/measure.ts";
import { calibrationTextOf } from "../calibration/text.ts";
import { EngineError } from "../errors.ts";
import { canonicalHook, isHook, isResidualHook, unknownHook } from "../models/hooks.ts";
import type { Model } from "../models/model.ts";
import { readResiduals } from "../models/read-residuals.ts";
import { isMassive } from "../saes/outside.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** What was measured, by model and then by hook point and text. */
const measured = new WeakMap<Model, Map<string, number>>();

/**
 * The median norm ‖x‖ of the residual at a hook point: as an SAE of the set-up at this place has it, else measured on the
 * calibration text that the set-up's SAEs are measured on (or the built-in one), without each text's first token and those
 * of massive activation. A measurement is kept as long as the model is in memory.
 * @throws EngineError `hook-unknown` where it is no residual hook point of the model, `calibration-failed`
 */
export async function medianNorm(setup: LoadedSetup, hook: string): Promise<number> {
  return (await medianNorms(setup, [hook]))[0];
}

/** {@link medianNorm} of several hook points; what must be measured is measured in one reading of the text. */
export async function medianNorms(setup: LoadedSetup, hooks: string[]): Promise<number[]> {
  const { model } = setup;
  for (const hook of hooks)
    if (!isHook(hook, model.config.layers) || !isResidualHook(hook))
      throw unknownHook(hook, model.config.layers);
  // A model that reads only text of its own kind has that text beside its SAEs.
  const { texts } = calibrationTextOf(setup.saes[0]?.sae.path ?? model.folder);
  const norms = measured.get(model) ?? new Map<string, number>();
  measured.set(model, norms);
  const known = (place: string) => ofSae(setup, place) ?? norms.get(JSON.stringify([place, texts]));
  const places = hooks.map(canonicalHook);
  const unknown = [...new Set(places)].filter((place) => known(place) === undefined);
  if (unknown.length > 0) {
    const values = await measure(setup, unknown, texts);
    unknown.forEach((place, i) => {
      norms.set(JSON.stringify([place, texts]), values[i]);
    });
  }
  return places.map((place) => known(place) as number);
}

function ofSae(setup: LoadedSetup, place: string): number | undefined {
  const norm = setup.saes.find(({ sae }) => canonicalHook(sae.hook) === place)?.statistics.medianNorm;
  return norm && norm > 0 ? norm : undefined;
}

async function measure(setup: LoadedSetup, hooks: string[], texts: string[]): Promise<number[]> {
  const norms: number[][] = hooks.map(() => []);
  let left = maxTokens;
  for (const text of texts) {
    if (left <= 0) break;
    const { ids } = setup.encode([{ role: null, text }]);
    const part = ids.slice(0, Math.min(left, setup.model.config.contextLength));
    left -= part.length;
    const rows = await readResiduals(setup.model, part, hooks);
    hooks.forEach((hook, h) => {
      norms[h].push(...rowNorms(rows.get(hook) as Float32Array, setup.model.config.dModel).slice(1));
    });
  }
  return hooks.map((hook, h) => {
    const usual = median(norms[h]);
    const result = median(norms[h].filter((norm) => !isMassive(norm, usual)));
    if (result > 0 && Number.isFinite(result)) return result;
    throw new EngineError({
      code: "calibration-failed",
      message: `The usual norm of the residual at ${hook} could not be measured: the calibration text has too few tokens.`,
      remedy: "Put more text into calibration.txt beside the model or its SAEs.",
      subject: "model",
      path: setup.model.folder,
    });
  });
}

/** `[T]` norms of rows `[T · d]`. */
export function rowNorms(rows: Float32Array, d: number): number[] {
  return Array.from({ length: rows.length / d }, (_, t) => {
    let squares = 0;
    for (let i = t * d; i < (t + 1) * d; i++) squares += rows[i] * rows[i];
    return Math.sqrt(squares);
  });
}
