import type { Matrix } from "./data.ts";
import { gather, project } from "./products.ts";
import { gatherSparse, projectSparse, type SparseMatrix } from "./sparse.ts";

/** Rows of numbers as linear models need them: multiplied by weights, and added up. */
export interface Rows {
  readonly count: number;
  readonly columns: number;
  /** Z = X Wᵀ into `z` `[count · outputs]`: the inner product of every row with every weight. @param w `[outputs · columns]` */
  project(w: Float64Array, outputs: number, z: Float64Array): void;
  /** G = Rᵀ X into `g` `[outputs · columns]`: the sum of rows, each as often as `r` says. @param r `[count · outputs]` */
  gather(r: Float64Array, outputs: number, g: Float64Array): void;
}

/** Some rows of a matrix, by their numbers. */
export const denseRows = (x: Matrix, rows: Int32Array): Rows => ({
  count: rows.length,
  columns: x.columns,
  project: (w, outputs, z) => project(x, rows, w, outputs, z),
  gather: (r, outputs, g) => gather(x, rows, r, outputs, g),
});

export const sparseRows = (x: SparseMatrix): Rows => ({
  count: x.rows,
  columns: x.columns,
  project: (w, outputs, z) => projectSparse(x, w, outputs, z),
  gather: (r, outputs, g) => gatherSparse(x, r, outputs, g),
});
