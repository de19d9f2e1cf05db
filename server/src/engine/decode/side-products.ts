import * as at from "../../../kernels/layout.ts";
import type { Matrix } from "../products.ts";
import type { KernelMemory } from "./kernel-memory.ts";

const groupsOf = (rows: number) => Math.ceil(rows / at.groupRows);

const matrixBytes = ({ rows, columns }: Matrix) => 4 * groupsOf(rows) * at.groupRows * columns + at.readAhead;
const vectorBytes = ({ columns }: Matrix) => 4 * columns;
const resultBytes = ({ rows }: Matrix) => 4 * groupsOf(rows) * at.groupRows;

/** Bytes that matrices take. */
export const sideBytes = (matrices: Matrix[]) =>
  matrices.reduce((sum, it) => sum + matrixBytes(it) + vectorBytes(it) + resultBytes(it), 0);

interface Placed {
  matrix: number;
  v: number;
  y: number;
}

/** Matrices besides the model's in the kernels' memory. */
export class SideProducts {
  readonly #memory: KernelMemory;
  readonly #placed = new Map<Matrix, Placed>();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Bytes that those of some matrices need which are not here yet. */
  bytesFor(matrices: Matrix[]): number {
    return sideBytes(matrices.filter((it) => !this.#placed.has(it)));
  }

  /** Gives up all others. */
  keepOnly(matrices: Matrix[]): void {
    for (const [matrix, placed] of this.#placed) {
      if (matrices.includes(matrix)) continue;
      this.#placed.delete(matrix);
      this.#free(matrix, placed);
    }
  }

  /**
   * Places the first of some matrices that is not here.
   * @returns whether all are
   * @throws KernelsUnavailable where memory does not suffice; what was taken is given back
   */
  placeNext(matrices: Matrix[]): boolean {
    const missing = matrices.filter((it) => !this.#placed.has(it));
    if (missing.length > 0) this.#place(missing[0]);
    return missing.length <= 1;
  }

  /**
   * Describes a product to the kernels; places the matrix where that was not done.
   * @param v `[columns]`
   * @returns where its result will be `[rows]`, valid until the next one of this matrix
   * @throws KernelsUnavailable
   */
  prepare(side: Matrix, v: Float32Array): Float32Array {
    const placed = this.#placed.get(side) ?? this.#place(side);
    this.#memory.floats(placed.v, side.columns).set(v);
    this.#memory.set(at.sideMatrix, placed.matrix);
    this.#memory.set(at.sideRows, side.rows);
    this.#memory.set(at.sideColumns, side.columns);
    this.#memory.set(at.sideV, placed.v);
    this.#memory.set(at.sideY, placed.y);
    return this.#memory.floats(placed.y, side.rows);
  }

  #place(side: Matrix): Placed {
    const taken: Partial<Placed> = {};
    try {
      taken.v = this.#memory.allocate(vectorBytes(side));
      taken.y = this.#memory.allocate(resultBytes(side));
      taken.matrix = this.#memory.allocate(matrixBytes(side));
      this.#lay(side, taken.matrix);
    } catch (error) {
      this.#free(side, taken);
      throw error;
    }
    const placed = taken as Placed;
    this.#placed.set(side, placed);
    return placed;
  }

  /** Lays a matrix out as the kernels read it, eight columns at a time; rows that are missing in the last group are 0. */
  #lay({ rows, columns, read }: Matrix, address: number): void {
    const from = read();
    const groups = groupsOf(rows);
    const to = this.#memory.floats(address, groups * at.groupRows * columns);
    if (rows % at.groupRows !== 0) to.fill(0);
    const step = at.groupRows * columns;
    for (let column = 0; column < columns; column += at.piece)
      for (let row = 0; row < rows; row++) {
        const r = row % at.groupRows;
        const place = ((row - r) / at.groupRows) * step + at.groupRows * column + r * at.piece;
        for (let i = 0; i < at.piece; i++) to[place + i] = from[(column + i) * rows + row];
      }
  }

  #free(side: Matrix, { matrix, v, y }: Partial<Placed>): void {
    if (matrix !== undefined) this.#memory.free(matrix, matrixBytes(side));
    if (v !== undefined) this.#memory.free(v, vectorBytes(side));
    if (y !== undefined) this.#memory.free(y, resultBytes(side));
  }
}
