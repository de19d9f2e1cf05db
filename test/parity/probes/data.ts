import type { Matrix } from "../../../server/src/learn/data.ts";

const scales = [0.01, 0.5, 1, 20, 300];
const offsets = [0, 3, -1, 100, 40];
const constant = 7;

/** What a data set follows from. */
export interface Recipe {
  rows: number;
  columns: number;
  classes: number;
  seed: number;
  noise: number;
}

export interface Data {
  x: Matrix;
  labels: Int32Array;
  order: Int32Array;
  values: Float64Array;
}

function normal(count: number, seed: number): Float64Array {
  const uniform = (i: number) => {
    let h = (Math.imul(i, 0x9e3779b9) + Math.imul(seed, 0x85ebca6b)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
  };
  return Float64Array.from({ length: count }, (_, i) => {
    const at = 4 * i;
    return (uniform(at) + uniform(at + 1) + uniform(at + 2) + uniform(at + 3) - 2) * 1.75;
  });
}

/** The same rows as `data.py` makes, bit for bit. */
export function data({ rows, columns: d, classes, seed, noise }: Recipe): Data {
  const x = normal(rows * d, seed);
  for (let r = 0; r < rows; r++)
    for (let j = 1; j < d; j++) x[r * d + j] = x[r * d + j] + 0.6 * x[r * d + j - 1];
  const around = normal(rows * classes, seed + 1);
  const scores = new Float64Array(rows * classes);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum = sum + x[r * d + j] * ((((j * 7 + k * 5) % 11) - 5) / 11);
      scores[r * classes + k] = sum + around[r * classes + k] * noise;
    }
  const labels = Int32Array.from({ length: rows }, (_, r) => {
    const own = Array.from(scores.subarray(r * classes, (r + 1) * classes));
    return classes === 2 ? Number(own[0] > 0) : own.indexOf(Math.max(...own));
  });
  const values = Float64Array.from({ length: rows }, (_, r) => scores[r * classes]);
  const order = Int32Array.from(
    values,
    (it) => Number(it > -noise) + Number(it > 0.5 * noise) + Number(it > 2 * noise),
  );
  const raw = Float32Array.from(x, (it, i) =>
    i % d === constant ? 2.5 : it * scales[(i % d) % 5] + offsets[(i % d) % 5],
  );
  return { x: { rows, columns: d, values: raw }, labels, order, values };
}
