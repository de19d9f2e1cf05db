import type { Graph, Value } from "../onnx/graph.ts";
import type { WeightBinder } from "../runtime/weight-binder.ts";
import type { SaeConfig } from "../saes/config.ts";
import type { TensorRef } from "../weights/tensor.ts";
import type { ResidualChange } from "./forward.ts";

/**
 * What is added to the residual stream at a hook point by columns that each read one number f of a token and change it:
 * `x' = x + Σ weight · gate · (clip(α f + β) − f) · D`. Everything but the number of blocks, their hook points and how they
 * read is given at run time, so one session serves any strength, latent and condition.
 */
export interface BlockSpec {
  /** Canonical name of a residual hook point. */
  hook: string;
  /** How a token is normalised before it is read, as an SAE has it. */
  normalize: SaeConfig["normalize"];
  /** Set for an SAE of which only the `k` largest pre-activations are kept: whether a latent fires depends on all of them. */
  topK: { k: number; encoder: TensorRef; bias: TensorRef; norms: boolean } | null;
  /** Whether columns serve as conditions, and whether one that held lasts. What is not needed is not written: each node costs. */
  conditions: "none" | "plain" | "lasting";
  /** Whether columns wait for conditions. */
  gated: boolean;
  /** Whether f is kept between bounds. */
  clipped: boolean;
}

/** Names of what block `i` takes (`C` columns; rows are 1 or T) and gives. */
export const blockPort = (i: number) => ({
  /** `[1, d]` what is subtracted before reading. */
  center: `block.${i}.center`,
  /** `[d, C]` and `[1, C]`; a top-k block takes `latents` `[C]` and decoder `norms` `[1, n]` in their place. */
  encoder: `block.${i}.encoder`,
  bias: `block.${i}.bias`,
  latents: `block.${i}.latents`,
  norms: `block.${i}.norms`,
  /** `[1, C]` f is 0 where the pre-activation is not above it. */
  threshold: `block.${i}.threshold`,
  /** `[1, C]` α where f is kept between bounds, else the `gain` α − 1. */
  alpha: `block.${i}.alpha`,
  gain: `block.${i}.gain`,
  beta: `block.${i}.beta`,
  low: `block.${i}.low`,
  high: `block.${i}.high`,
  /** `[rows, C]`, and the same for tokens on which f is 0; a gated block takes `least` `[1, C]` in place of this: 0 or 1. */
  weight: `block.${i}.weight`,
  idle: `block.${i}.idle`,
  least: `block.${i}.least`,
  /** `[C, d]` */
  decoder: `block.${i}.decoder`,
  /** `[1, C]` a column as a condition: sign · f above `on`, or above `off` where it held before (`before` `[rows, C]`). */
  sign: `block.${i}.sign`,
  on: `block.${i}.on`,
  off: `block.${i}.off`,
  before: `block.${i}.before`,
  /**
   * `[ΣC, C]` share that each column of this block and those before has in a column's gate (of blocks with conditions), and
   * `[1, C]` what it begins with.
   */
  gates: `block.${i}.gates`,
  open: `block.${i}.open`,
  /** `[T, C]` whether each column held as a condition, and whether each column's gate was open. */
  held: `block.${i}.held`,
  gate: `block.${i}.gate`,
});

export type BlockPort = ReturnType<typeof blockPort>;

/** Weights of files that the blocks read. */
export function blockWeights(blocks: BlockSpec[]): TensorRef[] {
  return blocks.flatMap(({ topK }, i) => (topK ? [named(topK.encoder, i), named(topK.bias, i)] : []));
}

/** The same tensor of several files must not be one to the graph. */
const named = (ref: TensorRef, block: number): TensorRef => ({ ...ref, name: `block.${block}.${ref.name}` });

/** Writes the blocks where a forward pass comes to their hook points; those before must stand before in the list. */
export function blockWriter(g: Graph, d: number, weights: WeightBinder, blocks: BlockSpec[]): ResidualChange {
  const held: Value[] = [];
  return (hook, x) => {
    const here = [...blocks.entries()].filter(([, block]) => block.hook === hook);
    // All conditions at a hook point are read before any gate, so that their order plays no part.
    const read = here.map(([i, block]) => readBlock(g, d, weights, block, i, x));
    for (const { condition } of read) if (condition) held.push(condition);
    return read.map((it) => changeOf(g, d, blocks[it.i], it, held));
  };
}

/** What a block found on the tokens of a pass. */
interface Read {
  i: number;
  /** `[T, C]` of each column, and whether it is not 0. */
  f: Value;
  fires: Value;
  /** `[T, C]` whether it holds as a condition. */
  condition: Value | null;
  /** What undoes the normalisation. */
  scale: Value | null;
}

function readBlock(g: Graph, d: number, weights: WeightBinder, block: BlockSpec, i: number, x: Value): Read {
  const port = blockPort(i);
  const row = (name: string) => g.input(name, "f32", [1, `C${i}`]);
  const { normed, scale } = normalised(g, d, block.normalize, x);
  const centred = g.node("Sub", [normed, g.input(port.center, "f32", [1, d])]);
  const threshold = row(port.threshold);
  let pre: Value;
  let fires: Value;
  if (block.topK) {
    const { k, encoder, bias, norms } = block.topK;
    const all = g.node("Gemm", [centred, weights.f32(named(encoder, i)), weights.f32(named(bias, i))]);
    const ranked = norms ? g.node("Mul", [all, g.input(port.norms, "f32", [1, "n"])]) : all;
    // By their places and not by the least value: of equal ones that are too many, the lower latents are among them.
    const [, largest] = g.nodes("TopK", [ranked, g.ints(k)], { axis: 1 }, 2);
    const latents = g.input(port.latents, "i64", [`C${i}`]);
    const isIt = g.node("Equal", [g.node("Unsqueeze", [largest, g.ints(2)]), latents]);
    const among = g.node("ReduceMax", [g.node("Cast", [isIt], { to: 1 }), g.ints(1)], { keepdims: 0 });
    pre = g.node("Gather", [ranked, latents], { axis: 1 });
    fires = g.node("And", [g.node("Greater", [among, number(g, 0)]), g.node("Greater", [pre, threshold])]);
  } else {
    const encoder = g.input(port.encoder, "f32", [d, `C${i}`]);
    pre = g.node("Gemm", [centred, encoder, row(port.bias)]);
    fires = g.node("Greater", [pre, threshold]);
  }
  const f = g.node("Where", [fires, pre, number(g, 0)]);
  return { i, f, fires, scale, condition: block.conditions === "none" ? null : conditionOf(g, i, f, block) };
}

function conditionOf(g: Graph, i: number, f: Value, { conditions }: BlockSpec): Value {
  const port = blockPort(i);
  const row = (name: string) => g.input(name, "f32", [1, `C${i}`]);
  const signed = g.node("Mul", [f, row(port.sign)]);
  let holds = g.node("Greater", [signed, row(port.on)]);
  if (conditions === "lasting") {
    const before = g.input(port.before, "f32", [`before${i}`, `C${i}`]);
    const lasts = g.node("And", [
      g.node("Greater", [signed, row(port.off)]),
      g.node("Greater", [before, number(g, 0)]),
    ]);
    holds = g.node("Or", [holds, lasts]);
  }
  const condition = g.node("Cast", [holds], { to: 1 }, port.held);
  g.expose(condition, "f32", ["T", `C${i}`]);
  return condition;
}

function changeOf(g: Graph, d: number, block: BlockSpec, { i, f, fires, scale }: Read, held: Value[]): Value {
  const port = blockPort(i);
  const weight = g.input(port.weight, "f32", [`weight${i}`, `C${i}`]);
  const reached = block.gated
    ? g.node("Mul", [gateOf(g, i, fires, held), weight])
    : g.node("Where", [fires, weight, g.input(port.idle, "f32", [`weight${i}`, `C${i}`])]);
  const share = g.node("Mul", [moreOf(g, i, f, block), reached]);
  const change = g.node("MatMul", [share, g.input(port.decoder, "f32", [`C${i}`, d])]);
  return scale ? g.node("Mul", [change, scale]) : change;
}

/** `[T, C]` 1 where a column's conditions hold and it is not idle. */
function gateOf(g: Graph, i: number, fires: Value, held: Value[]): Value {
  const port = blockPort(i);
  const row = (name: string) => g.input(name, "f32", [1, `C${i}`]);
  const conditions = held.length === 1 ? held[0] : g.node("Concat", held, { axis: 1 });
  const gates = g.input(port.gates, "f32", [`gates${i}`, `C${i}`]);
  const shares = g.node("Gemm", [conditions, gates, row(port.open)]);
  // Shares of one gate add up to 1.
  const opened = g.node("Greater", [shares, number(g, 1 - 1e-3)]);
  const active = g.node("Where", [fires, number(g, 1), row(port.least)]);
  const gate = g.node("Where", [opened, active, number(g, 0)], {}, port.gate);
  g.expose(gate, "f32", ["T", `C${i}`]);
  return gate;
}

/** By how much each column's f changes where it is changed. */
function moreOf(g: Graph, i: number, f: Value, { clipped }: BlockSpec): Value {
  const port = blockPort(i);
  const row = (name: string) => g.input(name, "f32", [1, `C${i}`]);
  if (!clipped) return g.node("Add", [g.node("Mul", [f, row(port.gain)]), row(port.beta)]);
  const wanted = g.node("Add", [g.node("Mul", [f, row(port.alpha)]), row(port.beta)]);
  const bounded = g.node("Min", [g.node("Max", [wanted, row(port.low)]), row(port.high)]);
  return g.node("Sub", [bounded, f]);
}

/** `x` as the SAE reads it, and by what its reconstruction is multiplied afterwards; `normalise.ts` states the same. */
function normalised(
  g: Graph,
  d: number,
  kind: BlockSpec["normalize"],
  x: Value,
): { normed: Value; scale: Value | null } {
  const rows = g.ints(1);
  if (kind === "constant_norm_rescale") {
    const norm = g.node("ReduceL2", [x, rows], { keepdims: 1 });
    const scale = g.node("Div", [norm, number(g, Math.sqrt(d))]);
    return { normed: g.node("Div", [x, scale]), scale };
  }
  if (kind === "layer_norm") {
    const centred = g.node("Sub", [x, g.node("ReduceMean", [x, rows], { keepdims: 1 })]);
    const squares = g.node("ReduceSumSquare", [centred, rows], { keepdims: 1 });
    const scale = g.node("Sqrt", [g.node("Div", [squares, number(g, d - 1)])]);
    return { normed: g.node("Div", [centred, g.node("Add", [scale, number(g, 1e-5)])]), scale };
  }
  return { normed: x, scale: null };
}

const number = (g: Graph, value: number): Value => g.constant(Float32Array.of(value), []);
