import type { StreamEdits } from "../decode/stream-edits.ts";
import type { Edit } from "../models/edits.ts";
import type { Product } from "../products.ts";
import type { Block } from "./block.ts";
import type { DirectBlock, Reading } from "./direct-block.ts";

/** What stays the same from pass to pass outside the graph. */
export interface DirectPlan {
  /** Hook points in the order of the model, all where something may be done among them, and which blocks stand there. */
  hooks: Map<string, number[]>;
  blocks: DirectBlock[];
}

/** How one pass is steered, `[rows · C]` by block. */
export interface DirectParts {
  additions: Edit[];
  /** How much of each column reaches each token. */
  weights: Float32Array[];
  /** What held on the tokens before. */
  before: Float32Array[] | null;
}

/** Steering applied to the residual stream between two blocks of the model; it reads each hook point before it changes it. */
export class DirectPass implements StreamEdits {
  readonly hooks: string[] = [];
  /** What the graph's outputs would be, by their names. */
  readonly outputs = new Map<string, Float32Array>();
  readonly #plan: DirectPlan;
  readonly #parts: DirectParts;
  readonly #readings: Reading[] = [];

  constructor(plan: DirectPlan, parts: DirectParts) {
    this.#plan = plan;
    this.#parts = parts;
    for (const [hook, blocks] of plan.hooks)
      if (blocks.length > 0 || parts.additions.some((it) => it.hook === hook)) this.hooks.push(hook);
  }

  apply(hook: string, x: Float32Array, product: Product): void {
    const { weights, additions, before } = this.#parts;
    const { blocks, hooks } = this.#plan;
    const here = hooks.get(hook) ?? [];
    for (const i of here) {
      const reading = blocks[i].read(x, before?.[i] ?? null, product);
      this.#readings[i] = reading;
      if (reading.held.length > 0) this.outputs.set(blocks[i].port.held, reading.held);
    }
    for (const i of here) {
      const gate = blocks[i].change(this.#readings[i], x, weights[i], (other) => this.#heldOf(other));
      if (blocks[i].block.spec.gated) this.outputs.set(blocks[i].port.gate, gate);
    }
    for (const { hook: at, delta, shape } of additions) if (at === hook && delta) add(x, delta, shape);
  }

  #heldOf(block: Block): Float32Array {
    return this.#readings[this.#plan.blocks.findIndex((it) => it.block === block)].held;
  }
}

/** Adds one row to all, or a row to each. */
function add(x: Float32Array, delta: Float32Array, [rows, width]: [number, number]): void {
  if (rows > 1) for (let i = 0; i < x.length; i++) x[i] += delta[i];
  else
    for (let from = 0; from < x.length; from += width)
      for (let i = 0; i < width; i++) x[from + i] += delta[i];
}
