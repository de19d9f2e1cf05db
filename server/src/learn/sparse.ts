/** Rows of which most numbers are 0: those of row i are `values[starts[i] .. starts[i + 1])` in columns `indices[…]`. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Rows given by their columns and the numbers there as one matrix. */
export function sparseOf(rows: readonly ReadonlyMap<number, number>[], columns: number): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i] + row.size;
  });
  const indices = new Int32Array(starts[rows.length]);
  const values = new Float64Array(starts[rows.length]);
  rows.forEach((row, i) => {
    let at = starts[i];
    for (const [column, value] of row) {
      indices[at] = column;
      values[at++] = value;
    }
  });
  return { rows: rows.length, columns, starts, indices, values };
}

/** Some rows, by their numbers and in that order. */
export function takeSparse(x: SparseMatrix, rows: Int32Array): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i] + x.starts[row + 1] - x.starts[row];
  });
  const indices = new Int32Array(starts[rows.length]);
  const values = new Float64Array(starts[rows.length]);
  rows.forEach((row, i) => {
    indices.set(x.indices.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
    values.set(x.values.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
  });
  return { rows: rows.length, columns: x.columns, starts, indices, values };
}

/** Z = X Wᵀ into `z` `[rows · outputs]`. @param w `[outputs · columns]` */
export function projectSparse(
  { rows, columns, starts, indices, values }: SparseMatrix,
  w: Float64Array,
  outputs: number,
  z: Float64Array,
): void {
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let k = starts[i]; k < starts[i + 1]; k++) sum += w[o * columns + indices[k]] * values[k];
      z[i * outputs + o] = sum;
    }
}

/** G = Rᵀ X into `g` `[outputs · columns]`, which is overwritten. @param r `[rows · outputs]` */
export function gatherSparse(
  { rows, columns, starts, indices, values }: SparseMatrix,
  r: Float64Array,
  outputs: number,
  g: Float64Array,
): void {
  g.fill(0, 0, outputs * columns);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < outputs; o++) {
      const amount = r[i * outputs + o];
      for (let k = starts[i]; k < starts[i + 1]; k++) g[o * columns + indices[k]] += amount * values[k];
    }
}

/** `[columns]` mean of the squares of each column. */
export function meanSquares({ rows, columns, indices, values }: SparseMatrix): Float64Array {
  const squares = new Float64Array(columns);
  for (let k = 0; k < values.length; k++) squares[indices[k]] += values[k] ** 2 / rows;
  return squares;
}
