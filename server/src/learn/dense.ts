type Numbers = Float32Array | Float64Array;

/** Σ a[i + k] · b[j + k] over n numbers, in four sums at once, which processors do side by side. */
export function dotAt(a: Numbers, i: number, b: Numbers, j: number, n: number): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  const whole = n - (n % 4);
  for (let k = 0; k < whole; k += 4) {
    s += a[i + k] * b[j + k];
    t += a[i + k + 1] * b[j + k + 1];
    u += a[i + k + 2] * b[j + k + 2];
    v += a[i + k + 3] * b[j + k + 3];
  }
  for (let k = whole; k < n; k++) s += a[i + k] * b[j + k];
  return s + t + (u + v);
}

/** into[i + k] += factor · from[j + k] of n numbers. */
export function addAt(
  into: Float64Array,
  i: number,
  factor: number,
  from: Numbers,
  j: number,
  n: number,
): void {
  for (let k = 0; k < n; k++) into[i + k] += factor * from[j + k];
}
