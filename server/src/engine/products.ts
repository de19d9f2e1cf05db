/** A matrix that somebody else multiplies. Its columns are a multiple of eight. */
export interface Matrix {
  rows: number;
  columns: number;
  /** `[columns, rows]`, column by column as SAEs store their encoders. */
  read(): Float32Array;
}

/** A matrix times a vector `[columns]`: `[rows]`, valid until the next one. */
export type Product = (matrix: Matrix, v: Float32Array) => Float32Array;
