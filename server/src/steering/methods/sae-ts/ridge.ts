import { factor, solveInPlace } from "../../../learn/cholesky.ts";

/** A linear map with an intercept: y = x M + b. */
export interface LinearFit {
  inputs: number;
  outputs: number;
  /** `[inputs · outputs]`, row-major. */
  m: Float32Array;
  /** `[outputs]` */
  b: Float32Array;
}

/**
 * Least squares with a penalty on M alone: min Σ ‖y − x M − b‖² + λ ‖M‖², with λ = `ridge` times the mean eigenvalue of the
 * centred XᵀX. Solved by Cholesky in f64.
 * @param x `[rows · inputs]` @param y `[rows · outputs]`
 * @throws RangeError without rows, or where the system is singular (`ridge` 0 and too few rows)
 */
export function fitRidge(
  x: Float32Array,
  y: Float32Array,
  { inputs, outputs }: { inputs: number; outputs: number },
  ridge: number,
): LinearFit {
  const rows = x.length / inputs;
  if (rows < 1) throw new RangeError("A linear fit needs rows.");
  const meanX = columnMeans(x, inputs);
  const meanY = columnMeans(y, outputs);
  const gram = new Float64Array(inputs * inputs);
  const cross = new Float64Array(inputs * outputs);
  const centred = new Float64Array(inputs);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inputs; i++) centred[i] = x[r * inputs + i] - meanX[i];
    for (let i = 0; i < inputs; i++) {
      const value = centred[i];
      if (value === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * inputs + j] += value * centred[j];
      for (let o = 0; o < outputs; o++) cross[i * outputs + o] += value * (y[r * outputs + o] - meanY[o]);
    }
  }
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += gram[i * inputs + i];
  for (let i = 0; i < inputs; i++) gram[i * inputs + i] += (ridge * trace) / inputs;
  const onSingular = "The linear fit is singular: it needs more rows or a larger penalty.";
  solveInPlace(factor(gram, inputs, onSingular), cross, inputs, outputs);
  const b = Float64Array.from(meanY);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) b[o] -= meanX[i] * cross[i * outputs + o];
  return { inputs, outputs, m: Float32Array.from(cross), b: Float32Array.from(b) };
}

/** `[outputs]` what the fit expects of one input `[inputs]`. */
export function predict({ inputs, outputs, m, b }: LinearFit, x: Float32Array): Float32Array {
  const y = Float64Array.from(b);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) y[o] += x[i] * m[i * outputs + o];
  return Float32Array.from(y);
}

function columnMeans(values: Float32Array, columns: number): Float64Array {
  const rows = values.length / columns;
  const means = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) means[at % columns] += values[at] / rows;
  return means;
}
