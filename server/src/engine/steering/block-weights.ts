import type { SteeringEdit } from "../../protocol/steering.ts";
import type { Block } from "./block.ts";
import type { SteeredToken } from "./places.ts";
import { Reached } from "./reached.ts";

/** How much of each column of a block reaches the tokens of a pass. */
export class BlockWeights {
  readonly #reached: Reached;
  #last: { reached: Float64Array; weights: Float32Array } | null = null;

  constructor(block: Block, edits: readonly SteeringEdit[]) {
    this.#reached = new Reached(block.edits.map((edit) => (edit === null ? null : edits[edit].where)));
  }

  /** `[T · C]`, not to be changed. */
  of(tokens: SteeredToken[]): Float32Array {
    const reached = this.#reached.of(tokens);
    if (this.#last?.reached !== reached) this.#last = { reached, weights: Float32Array.from(reached) };
    return this.#last.weights;
  }
}
