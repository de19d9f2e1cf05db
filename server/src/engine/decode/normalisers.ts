/**
 * Logarithms of the sums of exponentials of each row, in f64.
 * @param sums `[rows, blocks, 2]` greatest logit of a block and the sum of exponentials relative to it
 * @returns `[rows]`, NaN where a logit was
 */
export function normalisersOf(sums: Float32Array, rows: number): Float64Array {
  const width = sums.length / rows;
  return Float64Array.from({ length: rows }, (_, row) => {
    const own = sums.subarray(row * width, (row + 1) * width);
    let most = own[0];
    for (let i = 2; i < width; i += 2) most = Math.max(most, own[i]);
    let sum = 0;
    for (let i = 0; i < width; i += 2) sum += own[i + 1] * Math.exp(own[i] - most);
    return most + Math.log(sum);
  });
}
