/** A matrix that somebody else multiplies. Its columns are a multiple of eight. */
export interface Matrix {
  rows: number;
  columns: number;
  /** `[rows, columns]`; asked for once, since it is kept under the object's identity. */
  read(): Float32Array;
}

/** A matrix times a vector `[columns]`: `[rows]`, valid until the next one. */
export type Product = (matrix: Matrix, v: Float32Array) => Float32Array;
