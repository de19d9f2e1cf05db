import * as at from "../../../kernels/layout.ts";
import { f32Bytes } from "../../files/tensor-bytes.ts";
import type { Matrix } from "../products.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import { placeMatrix } from "./weights.ts";

/** How many are kept: one an SAE that steering reads as a whole. */
const kept = 4;

/** Bytes that it takes. */
export const sideBytes = ({ rows, columns }: Matrix) =>
  4 * (groupRows(rows) * columns + columns + groupRows(rows));

const groupRows = (rows: number) => Math.ceil(rows / at.groupRows) * at.groupRows;

interface Placed {
  matrix: number;
  v: number;
  y: number;
}

/** Matrices besides the model's in the kernels' memory, the longest unused first. */
export class SideProducts {
  readonly #memory: KernelMemory;
  readonly #placed = new Map<Matrix, Placed>();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /**
   * Describes a product to the kernels.
   * @param v `[columns]`
   * @returns where its result will be `[rows]`, valid until the next one of this matrix
   * @throws KernelsUnavailable where memory does not suffice
   */
  prepare(side: Matrix, v: Float32Array): Float32Array {
    const placed = this.#placed.get(side) ?? this.#place(side);
    this.#placed.delete(side);
    this.#placed.set(side, placed);
    this.#memory.floats(placed.v, side.columns).set(v);
    this.#memory.set(at.sideMatrix, placed.matrix);
    this.#memory.set(at.sideRows, side.rows);
    this.#memory.set(at.sideColumns, side.columns);
    this.#memory.set(at.sideV, placed.v);
    this.#memory.set(at.sideY, placed.y);
    return this.#memory.floats(placed.y, side.rows);
  }

  #place(side: Matrix): Placed {
    const [oldest] = this.#placed;
    if (this.#placed.size >= kept) this.#free(...oldest);
    const { rows, columns } = side;
    return {
      matrix: placeMatrix(this.#memory, f32Bytes(side.read()), rows, columns, at.readAhead),
      v: this.#memory.allocate(4 * columns),
      y: this.#memory.allocate(4 * groupRows(rows)),
    };
  }

  #free(side: Matrix, { matrix, v, y }: Placed): void {
    const { rows, columns } = side;
    this.#placed.delete(side);
    this.#memory.free(matrix, 4 * groupRows(rows) * columns + at.readAhead);
    this.#memory.free(v, 4 * columns);
    this.#memory.free(y, 4 * groupRows(rows));
  }
}
