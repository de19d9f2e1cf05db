import type { StreamEdits } from "../decode/stream-edits.ts";
import { blockPort } from "../models/blocks.ts";
import type { Edit } from "../models/edits.ts";
import type { Block } from "./block.ts";
import type { DirectBlock, Reading } from "./direct-block.ts";

/** How one pass is steered outside the graph, `[rows · C]` by block. */
export interface DirectParts {
  /** Hook points in the order of the model, all where something may be done among them. */
  hooks: string[];
  additions: Edit[];
  blocks: DirectBlock[];
  /** How much of each column reaches each token. */
  weights: Float32Array[];
  /** What held on the tokens before. */
  before: Float32Array[] | null;
}

/** Steering applied to the residual stream between two blocks of the model; it reads each hook point before it changes it. */
export class DirectPass implements StreamEdits {
  readonly hooks: string[];
  readonly #parts: DirectParts;
  readonly #readings: (Reading | null)[];

  constructor(parts: DirectParts) {
    this.#parts = parts;
    this.#readings = parts.blocks.map(() => null);
    const { blocks, additions } = parts;
    this.hooks = parts.hooks.filter(
      (hook) =>
        blocks.some(({ block }) => block.spec.hook === hook) || additions.some((it) => it.hook === hook),
    );
  }

  /** What the graph's outputs would be, by their names. */
  readonly outputs = new Map<string, Float32Array>();

  async apply(hook: string, x: Float32Array): Promise<void> {
    const { blocks, weights, additions, before } = this.#parts;
    for (const [i, block] of blocks.entries()) {
      if (block.block.spec.hook !== hook) continue;
      const held = before?.[i] ?? null;
      const reading = block.readsAll ? await block.readAll(x, held) : block.read(x, held);
      this.#readings[i] = reading;
      if (reading.held.length > 0) this.outputs.set(blockPort(i).held, reading.held);
    }
    for (const [i, block] of blocks.entries()) {
      if (block.block.spec.hook !== hook) continue;
      const gate = block.change(this.#readings[i] as Reading, x, weights[i], (other) => this.#heldOf(other));
      if (block.block.spec.gated) this.outputs.set(blockPort(i).gate, gate);
    }
    for (const { hook: at, delta, shape } of additions) if (at === hook && delta) add(x, delta, shape);
  }

  #heldOf(block: Block): Float32Array {
    const i = this.#parts.blocks.findIndex((it) => it.block === block);
    return (this.#readings[i] as Reading).held;
  }
}

/** Adds one row to all, or a row to each. */
function add(x: Float32Array, delta: Float32Array, [rows, width]: [number, number]): void {
  if (rows > 1) for (let i = 0; i < x.length; i++) x[i] += delta[i];
  else
    for (let from = 0; from < x.length; from += width)
      for (let i = 0; i < width; i++) x[from + i] += delta[i];
}
