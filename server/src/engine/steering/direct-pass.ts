import type { StreamEdits } from "../decode/decoder.ts";
import { blockPort } from "../models/blocks.ts";
import type { Edit } from "../models/edits.ts";
import { depthOf } from "../models/hooks.ts";
import type { DirectBlock, Reading } from "./direct-block.ts";

/** What one pass is steered with outside the graph: vectors that are added, and blocks with how much of each reaches a token. */
export interface DirectParts {
  additions: Edit[];
  blocks: DirectBlock[];
  /** `[rows · C]` by block */
  weights: Float32Array[];
  /** What held on the tokens before, `[rows · C]` by block. */
  before: Float32Array[] | null;
}

/** Steering applied to the residual stream between two blocks of the model; it reads each hook point before it changes it. */
export class DirectPass implements StreamEdits {
  readonly hooks: string[];
  readonly #parts: DirectParts;
  readonly #readings: (Reading | null)[];
  /** What the graph's outputs would be, by their names. */
  readonly outputs = new Map<string, Float32Array>();

  constructor(parts: DirectParts) {
    this.#parts = parts;
    this.#readings = parts.blocks.map(() => null);
    const hooks = new Set([
      ...parts.additions.map(({ hook }) => hook),
      ...parts.blocks.map(({ block }) => block.spec.hook),
    ]);
    this.hooks = [...hooks].sort((a, b) => depthOf(a) - depthOf(b));
  }

  async apply(hook: string, x: Float32Array): Promise<void> {
    const { blocks, weights, additions, before } = this.#parts;
    const here = [...blocks.entries()].filter(([, { block }]) => block.spec.hook === hook);
    for (const [i, block] of here) {
      const rows = weights[i].length / block.block.columns.length;
      const reading = await block.read(x, rows, before?.[i] ?? null);
      this.#readings[i] = reading;
      this.outputs.set(blockPort(i).held, reading.held);
    }
    for (const [i, block] of here) {
      const gate = block.change(this.#readings[i] as Reading, x, weights[i], (other) => this.#heldOf(other));
      this.outputs.set(blockPort(i).gate, gate);
    }
    for (const { hook: at, delta, shape } of additions) {
      if (at !== hook || !delta) continue;
      const [rows, width] = shape;
      for (let i = 0; i < x.length; i++) x[i] += delta[rows === 1 ? i % width : i];
    }
  }

  #heldOf(block: DirectBlock["block"]): Float32Array {
    const i = this.#parts.blocks.findIndex((it) => it.block === block);
    return this.#readings[i]?.held ?? new Float32Array(0);
  }
}
