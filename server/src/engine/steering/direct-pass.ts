import type { StreamEdits } from "../decode/stream-edits.ts";
import type { Edit } from "../models/edits.ts";
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

  apply(hook: string, x: Float32Array): Promise<void> | void {
    const { blocks, hooks } = this.#plan;
    const here = hooks.get(hook) ?? [];
    if (here.some((i) => blocks[i].readsAll))
      return this.#readAll(here, x).then(() => this.#change(hook, here, x));
    for (const i of here) this.#keep(i, blocks[i].read(x, this.#before(i)));
    this.#change(hook, here, x);
  }

  async #readAll(here: number[], x: Float32Array): Promise<void> {
    for (const i of here) {
      const block = this.#plan.blocks[i];
      this.#keep(
        i,
        block.readsAll ? await block.readAll(x, this.#before(i)) : block.read(x, this.#before(i)),
      );
    }
  }

  #before(i: number): Float32Array | null {
    return this.#parts.before?.[i] ?? null;
  }

  #keep(i: number, reading: Reading): void {
    this.#readings[i] = reading;
    if (reading.held.length > 0) this.outputs.set(this.#plan.blocks[i].port.held, reading.held);
  }

  #change(hook: string, here: number[], x: Float32Array): void {
    const { weights, additions } = this.#parts;
    for (const i of here) {
      const block = this.#plan.blocks[i];
      const gate = block.change(this.#readings[i], x, weights[i], (other) => this.#heldOf(other));
      if (block.block.spec.gated) this.outputs.set(block.port.gate, gate);
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
