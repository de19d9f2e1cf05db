import { Tensor } from "onnxruntime-node";
import type { SteeringCondition, SteeringEdit } from "../../protocol/steering.ts";
import { type BlockPort, type BlockSpec, blockPort } from "../models/blocks.ts";
import type { Edit } from "../models/edits.ts";
import { canonicalHook, depthOf, isResidualHook } from "../models/hooks.ts";
import type { Matrix } from "../products.ts";
import type { Feeds } from "../runtime/session.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Additions } from "./addition.ts";
import { Block, type Gate } from "./block.ts";
import { type Change, type Column, changeOf } from "./column.ts";
import { DirectBlock } from "./direct-block.ts";
import { DirectPass, type DirectPlan } from "./direct-pass.ts";
import { assertWidth, latentOf, unit } from "./direction.ts";
import { reach, type SteeredToken } from "./places.ts";
import { steeringProblem } from "./problems.ts";
import { Reached } from "./reached.ts";

/** What one pass of a steered model is given. */
export interface SteeredPass {
  edits: Edit[];
  blocks: { feeds: Feeds; fetches: string[] };
}

/** Whether each column held as a condition: `[rows · C]` by block. */
export type Held = Float32Array[];

/**
 * Steering edits made ready for one model: vectors that are added, and blocks of columns that read a token first. All edits
 * at one hook point read the residual before any of them, and their changes add up.
 */
export class SteeringPlan {
  readonly edits: readonly SteeringEdit[];
  /** One sentence an edit: what its units come to here. */
  readonly said: string[];
  readonly #additions: Additions;
  readonly #blocks: Block[];
  readonly #ports: BlockPort[];
  /** How much of each block's columns reaches the tokens of a pass, `[T · C]`. */
  readonly #weights: Reached<Float32Array>[];
  #direct: DirectPlan | null = null;
  readonly #reached: number[];
  readonly #held: number[];

  private constructor(edits: SteeringEdit[], changes: Change[], blocks: Block[]) {
    this.edits = edits;
    this.said = changes.map(({ said }) => said);
    this.#blocks = blocks;
    this.#ports = blocks.map((_, b) => blockPort(b));
    this.#weights = blocks.map(
      (block) =>
        new Reached(
          block.edits.map((edit) => (edit === null ? null : edits[edit].where)),
          (reached) => Float32Array.from(reached),
        ),
    );
    this.#reached = edits.map(() => 0);
    this.#held = edits.map(() => 0);
    this.#additions = new Additions(
      changes.flatMap((change, i) =>
        change.kind === "addition" && edits[i].when.length === 0
          ? [{ hook: change.hook, vector: change.vector, where: edits[i].where }]
          : [],
      ),
    );
  }

  /** @throws EngineError where an edit does not fit the set-up, `condition-later` */
  static async make(setup: LoadedSetup, edits: SteeringEdit[]): Promise<SteeringPlan> {
    const changes: Change[] = [];
    for (const edit of edits) changes.push(await changeOf(setup, edit));
    const columns = changes.flatMap((change, i): [Column, number][] => {
      if (change.kind === "column") return [[change.column, i]];
      return edits[i].when.length > 0 ? [[gatedAddition(change.hook, change.vector), i]] : [];
    });
    const blocks = arrange(setup, edits, columns);
    return new SteeringPlan(edits, changes, blocks);
  }

  /** What the graph must hold for it; equal ones share a session. */
  get specs(): BlockSpec[] {
    return this.#blocks.map(({ spec }) => spec);
  }

  /** Canonical names of the hook points where vectors are added, in the order of their names. */
  get added(): string[] {
    return [...new Set(this.#additions.hooks.map(canonicalHook))].sort();
  }

  /** Matrices that a pass outside the graph multiplies: encoders of SAEs that are read as a whole. */
  get matrices(): Matrix[] {
    const saes = new Set(this.#blocks.flatMap(({ sae, spec }) => (sae && spec.topK ? [sae] : [])));
    return [...saes].map((sae) => sae.matrix);
  }

  /** Whether what a generated token gets depends on those before it, so that they must be read one by one. */
  get isSequential(): boolean {
    return this.edits.some(({ when }) => when.some(({ release }) => release !== undefined));
  }

  /** Share of the tokens an edit could reach on which its conditions held; null where it has none. */
  get held(): (number | null)[] {
    return this.edits.map(({ when }, i) =>
      when.length === 0 ? null : this.#reached[i] === 0 ? 0 : this.#held[i] / this.#reached[i],
    );
  }

  /**
   * What a pass over some tokens is given.
   * @param before what held on the tokens before, one row a token of the pass; null: nothing
   */
  pass(tokens: SteeredToken[], before: Held | null): SteeredPass {
    const feeds: Feeds = {};
    const fetches: string[] = [];
    this.#blocks.forEach((block, b) => {
      Object.assign(feeds, block.feeds(b));
      const port = this.#ports[b];
      const columns = block.columns.length;
      const weights = this.#weights[b].of(tokens);
      const shape = [tokens.length, columns];
      feeds[port.weight] = new Tensor("float32", weights, shape);
      const { conditions, gated } = block.spec;
      if (!gated) feeds[port.idle] = new Tensor("float32", block.idle(weights), shape);
      if (conditions === "lasting") {
        const held = before?.[b] ?? new Float32Array(columns);
        feeds[port.before] = new Tensor("float32", held, [held.length / columns, columns]);
      }
      if (conditions !== "none" && this.isSequential) fetches.push(port.held);
      if (gated) fetches.push(port.gate);
    });
    return { edits: this.#additions.rows(tokens), blocks: { feeds, fetches } };
  }

  /** The same for a pass outside the graph; its outputs are given to {@link after} likewise. */
  direct(tokens: SteeredToken[], before: Held | null): DirectPass {
    this.#direct ??= this.#directly();
    return new DirectPass(this.#direct, {
      additions: this.#additions.rows(tokens),
      weights: this.#weights.map((own) => own.of(tokens)),
      before,
    });
  }

  #directly(): DirectPlan {
    const hooks = new Set([...this.#additions.hooks, ...this.#blocks.map(({ spec }) => spec.hook)]);
    const ordered = [...hooks].sort((a, b) => depthOf(a) - depthOf(b));
    const standing = (hook: string) =>
      [...this.#blocks.keys()].filter((b) => this.#blocks[b].spec.hook === hook);
    return {
      hooks: new Map(ordered.map((hook) => [hook, standing(hook)])),
      blocks: this.#blocks.map((block, b) => new DirectBlock(block, this.#ports[b])),
    };
  }

  /** What held on the tokens of a pass, one row each, to be given to those after them; counts on how many conditions did. */
  after(tokens: SteeredToken[], outputs: Map<string, Float32Array>): Held {
    return this.#blocks.map((block, b) => {
      const port = this.#ports[b];
      const columns = block.columns.length;
      const gates = outputs.get(port.gate);
      block.edits.forEach((edit, c) => {
        if (edit === null || !gates) return;
        tokens.forEach((token, t) => {
          if (reach(this.edits[edit].where, token) === 0) return;
          this.#reached[edit]++;
          this.#held[edit] += gates[t * columns + c];
        });
      });
      return outputs.get(port.held) ?? new Float32Array(tokens.length * columns);
    });
  }
}

/** One row of what held. */
export function heldRow(held: Held, row: number, rows: number): Held {
  return held.map((block) => block.slice((row * block.length) / rows, ((row + 1) * block.length) / rows));
}

/** An addition that waits for a condition: a column whose f is always 0 and becomes the vector's length. */
function gatedAddition(hook: string, vector: Float32Array): Column {
  const length = Math.hypot(...vector);
  return {
    hook,
    latent: null,
    encoder: new Float32Array(vector.length),
    decoder: length > 0 ? unit(vector) : vector,
    alpha: 0,
    beta: length,
    low: -3e38,
    high: 3e38,
    onlyFiring: false,
  };
}

/** Puts columns and conditions into blocks, one a hook point and SAE (or none), in the order of the model. */
function arrange(setup: LoadedSetup, edits: SteeringEdit[], columns: [Column, number][]): Block[] {
  const blocks = new Map<string, Block>();
  const blockOf = (hook: string, sae: number | null) => {
    const key = `${hook} ${sae}`;
    const block = blocks.get(key) ?? new Block(setup, hook, sae);
    blocks.set(key, block);
    return block;
  };
  for (const [column, i] of columns) {
    const gates = edits[i].when.map((condition): Gate => {
      const hook = conditionHook(setup, condition, column.hook);
      return blockOf(hook, "sae" in condition ? condition.sae : null).condition(condition);
    });
    blockOf(column.hook, column.latent?.sae ?? null).change(column, i, gates);
  }
  const ordered = [...blocks.values()].sort((a, b) => depthOf(a.spec.hook) - depthOf(b.spec.hook));
  ordered.forEach((block) => {
    block.close(ordered.filter(({ spec }) => depthOf(spec.hook) <= depthOf(block.spec.hook)));
  });
  return ordered;
}

function conditionHook(setup: LoadedSetup, condition: SteeringCondition, hook: string): string {
  const isRead = "vector" in condition;
  if (isRead) assertWidth(condition.vector, setup.model.config.dModel);
  const own = isRead ? condition.hook : latentOf(setup, condition).sae.hook;
  if (isResidualHook(own) && depthOf(own) <= depthOf(hook)) return canonicalHook(own);
  throw steeringProblem(
    "condition-later",
    `An edit at ${hook} waits for a ${isRead ? "direction" : "latent"} at ${own}, which the model comes to later.`,
    `Take a ${isRead ? "direction" : "latent"} at the same or an earlier residual hook point, or move the edit.`,
  );
}
