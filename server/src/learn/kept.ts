import type { FitState } from "./kind.ts";
import type { Scaling } from "./standardise.ts";

/**
 * The numbers of a tensor that a file kept.
 * @param shape what it must have; null where any length will do
 * @throws RangeError where it is missing or of another shape
 */
export function keptTensor(state: FitState, name: string, shape: readonly (number | null)[]): Float32Array {
  const found = state.tensors[name];
  if (!found) throw new RangeError(`The probe's file lacks the tensor “${name}”: train the probe again.`);
  const right =
    found.shape.length === shape.length && shape.every((it, k) => it === null || it === found.shape[k]);
  const size = found.shape.reduce((a, b) => a * b, 1);
  if (!right || size !== found.values.length)
    throw new RangeError(
      `The tensor “${name}” of the probe's file has the shape [${found.shape}], not [${shape.map((it) => it ?? "any")}]: train the probe again.`,
    );
  return found.values;
}

/** A number of the settings that a file kept. @throws RangeError where it is missing or no whole number above 0 */
export function keptCount(state: FitState, name: string): number {
  const found = state.settings[name];
  if (typeof found !== "number" || !Number.isInteger(found) || found < 1)
    throw new RangeError(`The probe's file lacks the number “${name}”: train the probe again.`);
  return found;
}

/** What a fit said of itself when it was kept. */
export function keptFacts(state: FitState): [string, string][] {
  return ((state.settings.facts ?? []) as [string, string][]).map(([name, text]) => [name, text]);
}

/** The tensors that keep a scaling. */
export function scalingTensors({ mean, scale }: Scaling): FitState["tensors"] {
  const kept = (values: Float64Array) => ({ shape: [values.length], values: Float32Array.from(values) });
  return { mean: kept(mean), deviation: kept(scale) };
}

/** The scaling that {@link scalingTensors} kept. @throws RangeError where it is missing or of another width */
export function keptScaling(state: FitState, columns: number): Scaling {
  const of = (name: string) => Float64Array.from(keptTensor(state, name, [columns]));
  return { mean: of("mean"), scale: of("deviation") };
}
