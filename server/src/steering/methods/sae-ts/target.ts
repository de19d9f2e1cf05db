import { type LinearFit, predict } from "./ridge.ts";

/** A latent and by how much its mean activation is expected (or was measured) to change. */
export interface Effect {
  latent: number;
  change: number;
}

/**
 * The steering vector `[d]`, of norm 1, that raises one latent and as little else as the fit allows:
 * s = unit(M_j) − λ · unit(M b), and unit again, where M b is what any steering does on average.
 * @param lambda 1 in the paper
 * @throws RangeError for a latent on which nothing was seen to have an effect
 */
export function targetedVector(fit: LinearFit, latent: number, lambda = 1): Float32Array {
  const { inputs, outputs, m, b } = fit;
  const own = Float64Array.from({ length: inputs }, (_, i) => m[i * outputs + latent]);
  const common = Float64Array.from({ length: inputs }, (_, i) => {
    let sum = 0;
    for (let o = 0; o < outputs; o++) sum += m[i * outputs + o] * b[o];
    return sum;
  });
  const [target, bias] = [unit(own), unit(common)];
  if (!target) throw new RangeError(`Steering was seen to do nothing to latent ${latent}.`);
  const vector = unit(target.map((value, i) => value - lambda * (bias?.[i] ?? 0)));
  if (!vector) throw new RangeError(`What raises latent ${latent} is what any steering does.`);
  return Float32Array.from(vector);
}

/** The latents that a vector is expected to change most, by the size of the change. */
export function predictedEffects(fit: LinearFit, vector: Float32Array, count: number): Effect[] {
  return strongest(predict(fit, vector), count);
}

/** The largest changes of `[n]`, whichever way, largest first. */
export function strongest(changes: Float32Array, count: number): Effect[] {
  return Array.from(changes, (change, latent) => ({ latent, change }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, count);
}

function unit(vector: Float64Array): Float64Array | null {
  const norm = Math.hypot(...vector);
  return norm > 0 && Number.isFinite(norm) ? vector.map((value) => value / norm) : null;
}
