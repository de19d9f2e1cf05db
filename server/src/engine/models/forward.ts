import type { Dim, Graph, Value } from "../onnx/graph.ts";
import type { WeightBinder } from "../runtime/weight-binder.ts";
import type { Checkpoint } from "../weights/checkpoint.ts";
import type { ModelConfig } from "./config.ts";
import { hookName, patternHook } from "./hooks.ts";
import { attentionInParts, logSoftmaxInParts, maskBias } from "./parts.ts";

/** How many of the most likely next tokens every position reports. */
export const topCount = 10;

/** What the operator calls its weights as they are applied to values. */
const afterSoftmax = 3;

/** Names of the inputs and outputs of a forward graph besides its hooks. */
export const port = {
  ids: "ids",
  targets: "targets",
  queryPositions: "query_positions",
  keyPositions: "key_positions",
  cos: "rotary_cos",
  sin: "rotary_sin",
  targetLogprob: "target_logprob",
  topLogprobs: "top_logprobs",
  topIds: "top_ids",
  topCount: "top_count",
  targetRank: "target_rank",
  logitRows: "logit_rows",
  rowLogits: "row_logits",
  past: "past",
  fresh: "fresh",
  pastKey: (layer: number) => `past_key.${layer}`,
  pastValue: (layer: number) => `past_value.${layer}`,
  mask: "mask",
  residual: "residual",
  newKey: (layer: number) => `new_key.${layer}`,
  newValue: (layer: number) => `new_value.${layer}`,
  keep: (hook: string) => `keep.${hook}`,
  delta: (hook: string) => `delta.${hook}`,
} as const;

/** Writes what is to be added to the residual `x` `[T, d]` at a hook point: values of that shape, none where nothing is. */
export type ResidualChange = (hook: string, x: Value) => Value[];

export interface WriterOptions {
  from?: string | null;
  change?: ResidualChange | null;
  patterns?: boolean;
  inParts?: boolean;
  edits?: readonly string[] | null;
}

/**
 * The parts that every decoder family shares while its forward pass is written: hook points, cached attention, the head.
 * `T` is the number of new tokens, `P` of cached ones. Values are `[T, …]`, as Gemm takes them; only attention adds a
 * batch dimension.
 */
export class ForwardWriter {
  readonly graph: Graph;
  readonly config: ModelConfig;
  readonly hooks: string[] = [];
  readonly edits: string[] = [];
  readonly ids: Value;
  readonly positions: Value;
  readonly #weights: WeightBinder;
  readonly #checkpoint: Checkpoint;
  readonly #mask: Value;
  /** What masks attention in parts; null where attention is one operator. */
  readonly #bias: Value | null;
  readonly #inParts: boolean;
  readonly #editable: readonly string[] | null;
  /** Keys and values of all layers as one input `[2 · layers, P, width]`; null where each is an input of its own. */
  readonly #past: Value | null;
  /** Where those are one input: keys and values of the new tokens, layer by layer. */
  readonly #fresh: Value[] = [];
  readonly #rotary: [Value, Value] | null;
  readonly #from: string | null;
  readonly #change: ResidualChange | null;
  readonly #patterns: boolean;

  /**
   * @param options.change what more is added to the residual stream
   * @param options.patterns whether attention weights are outputs too, which costs their memory in every run
   * @param options.from a residual hook point whose value is given (port `residual`, `[T, d]`) rather than computed; which tokens
   * see which is then given too (port `mask`, `[T, P+T]`)
   * @param options.inParts whether it is written for an accelerator: what those have no kernel for in smaller operators, as far as
   * that gives the outputs that are wanted (attention weights come of the whole operator only), and keys and values of all layers as
   * one input and one output, since what is carried there and back costs by the piece
   * @param options.edits canonical names of the hook points that can be edited; null: all of them
   */
  constructor(
    graph: Graph,
    config: ModelConfig,
    weights: WeightBinder,
    checkpoint: Checkpoint,
    { from = null, change = null, patterns = false, inParts = false, edits = null }: WriterOptions = {},
  ) {
    this.graph = graph;
    this.#inParts = inParts;
    this.#editable = edits;
    this.#change = change;
    this.#patterns = patterns;
    this.config = config;
    this.#weights = weights;
    this.#checkpoint = checkpoint;
    this.#from = from;
    this.ids = graph.input(port.ids, "i64", ["T"]);
    this.positions = graph.input(port.queryPositions, "i64", ["T", 1]);
    // One row for all queries, or one each where they may look at different keys.
    const keys = graph.input(port.keyPositions, "i64", ["Q", "P+T"]);
    this.#mask = from === null ? this.#attentionMask(keys) : graph.input(port.mask, "bool", ["T", "P+T"]);
    const { layers, kvHeads, headDim } = config;
    this.#past = inParts ? graph.input(port.past, "f32", [2 * layers, "P", kvHeads * headDim]) : null;
    this.#bias = inParts && !patterns ? maskBias(graph, config, this.#mask) : null;
    this.#rotary = config.rotary
      ? [
          graph.input(port.cos, "f32", [1, "T", config.headDim / 2]),
          graph.input(port.sin, "f32", [1, "T", config.headDim / 2]),
        ]
      : null;
  }

  /** Explicit mask `[T, P+T]`, true where a query may look: providers disagree on implicit causality with a cache. */
  #attentionMask(keys: Value): Value {
    const g = this.graph;
    const causal = g.node("LessOrEqual", [keys, this.positions]);
    if (this.config.window === null) return causal;
    const oldest = g.node("Sub", [
      this.positions,
      g.constant(BigInt64Array.of(BigInt(this.config.window)), []),
    ]);
    return g.node("And", [causal, g.node("Greater", [keys, oldest])]);
  }

  /** A weight as f32. */
  weight(name: string, shape: number[]): Value {
    return this.#weights.f32(this.#checkpoint.get(name, shape));
  }

  /**
   * Rows of an embedding table. It stays in its file's precision, but on an accelerator that has it as f32 anyway, for the logits, or
   * that may not know f16.
   */
  embed(name: string, rows: number, indices: Value): Value {
    const ref = this.#checkpoint.get(name, [rows, this.config.dModel]);
    if (this.#inParts && (this.config.tied || ref.dtype === "f16"))
      return this.graph.node("Gather", [this.#weights.f32(ref), indices], { axis: 0 });
    const gathered = this.graph.node("Gather", [this.#weights.raw(ref), indices], { axis: 0 });
    return ref.dtype === "f32" ? gathered : this.graph.node("Cast", [gathered], { to: 1 });
  }

  /**
   * `x W` or `x Wᵀ`, plus bias, as a Gemm (a MatMul with a folded transpose doubles load time and memory).
   * @param layout `out-in` for a PyTorch Linear `[out, in]`, `in-out` for a Conv1D `[in, out]`
   * @param hook the hook point that the result is, if it is one
   */
  linear(x: Value, weight: Value, layout: "out-in" | "in-out", bias?: Value, hook?: string): Value {
    const inputs = bias ? [x, weight, bias] : [x, weight];
    return this.graph.node("Gemm", inputs, { transB: layout === "out-in" ? 1 : 0 }, hook);
  }

  /** Marks a hook point: the value that was given its name, `[T, width]`. */
  hook(value: Value, width: number): Value {
    this.graph.expose(value, "f32", ["T", width]);
    this.hooks.push(value);
    return value;
  }

  /**
   * Marks a hook point of the residual stream, where an edit `x' = keep ⊙ x + delta` is possible before the capture.
   * @param computed a node's result that nothing has read so far
   */
  residual(name: string, computed: Value): Value {
    const g = this.graph;
    const isGiven = name === this.#from;
    const x = isGiven ? g.input(port.residual, "f32", ["T", this.config.dModel]) : computed;
    if (this.#editable?.includes(name) === false) {
      const changes = this.#change?.(name, x) ?? [];
      const first = isGiven && changes.length === 0 ? g.node("Identity", [x]) : x;
      const changed = changes.reduce((sum, it) => g.node("Add", [sum, it]), first);
      return this.hook(g.rename(changed, name), this.config.dModel);
    }
    const shape: Dim[] = [`rows.${name}`, `cols.${name}`];
    const keep = g.input(port.keep(name), "f32", shape);
    const delta = g.input(port.delta(name), "f32", shape);
    this.edits.push(name);
    const added = [delta, ...(this.#change?.(name, x) ?? [])];
    const kept = g.node("Mul", [x, keep]);
    const edited = added.reduce(
      (sum, it, i) => g.node("Add", [sum, it], {}, i === added.length - 1 ? name : undefined),
      kept,
    );
    return this.hook(edited, this.config.dModel);
  }

  /**
   * Attention over cached and new keys (grouped queries), as the operator of opset 23 or in parts.
   * @param q `[T, heads·headDim]` @param k @param v `[T, kvHeads·headDim]`, rotated here where the family rotates
   * @returns the hook point z, heads flattened, `[T, heads·headDim]`
   */
  attention(layer: number, q: Value, k: Value, v: Value): Value {
    const { heads, kvHeads, headDim } = this.config;
    const g = this.graph;
    const width = kvHeads * headDim;
    const past = (name: string, place: number) =>
      this.#past
        ? g.node("Gather", [this.#past, g.ints(place)], { axis: 0 })
        : g.input(name, "f32", [1, "P", width]);
    const keys = this.#rotate(k, kvHeads, port.newKey(layer));
    const values = this.#batched(v, kvHeads, port.newValue(layer));
    if (this.#past) this.#fresh.push(keys, values);
    else for (const it of [keys, values]) g.expose(it, "f32", [1, "T", width]);
    const allKeys = g.node("Concat", [past(port.pastKey(layer), 2 * layer), keys], { axis: 1 });
    const allValues = g.node("Concat", [past(port.pastValue(layer), 2 * layer + 1), values], { axis: 1 });
    const queries = this.#rotate(q, heads);
    const hook = hookName(layer, "attn.hook_z");
    if (this.#bias) {
      const all: [Value, Value, Value] = [queries, allKeys, allValues];
      return this.hook(attentionInParts(g, this.config, all, this.#bias, hook), heads * headDim);
    }
    const [z, , , weights] = g.nodes(
      "Attention",
      [queries, allKeys, allValues, this.#mask],
      {
        q_num_heads: heads,
        kv_num_heads: kvHeads,
        scale: { float: 1 / Math.sqrt(headDim) },
        ...(this.#patterns ? { qk_matmul_output_mode: afterSoftmax } : {}),
      },
      this.#patterns ? [`attention.${layer}`, "", "", patternHook(layer)] : 1,
    );
    if (weights) g.expose(weights, "f32", [1, heads, "T", "P+T"]);
    const flat = g.ints(-1, heads * headDim);
    return this.hook(g.node("Reshape", [z, flat], {}, hook), heads * headDim);
  }

  #batched(x: Value, heads: number, name?: string): Value {
    return this.graph.node("Reshape", [x, this.graph.ints(1, -1, heads * this.config.headDim)], {}, name);
  }

  #rotate(x: Value, heads: number, name?: string): Value {
    if (!this.#rotary) return this.#batched(x, heads, name);
    return this.graph.node(
      "RotaryEmbedding",
      [this.#batched(x, heads), ...this.#rotary],
      { num_heads: heads },
      name,
    );
  }

  /**
   * Logits, reduced inside the graph so that no `[T, vocabulary]` tensor leaves it: log-probability of the target
   * of each position `[T, 1]` and the ten most likely tokens `[T, 10]`; whole only of the rows that are asked for `[R, vocabulary]`.
   * @returns the log-probabilities `[T, vocabulary]`, which are no output
   */
  head(x: Value, unembed: string): Value {
    const g = this.graph;
    const count = g.ints(Math.min(topCount, this.config.vocabulary));
    const logits = this.logits(x, unembed);
    const rows = g.input(port.logitRows, "i64", ["R"]);
    const chosen = g.node("Gather", [logits, rows], { axis: 0 }, port.rowLogits);
    g.expose(chosen, "f32", ["R", this.config.vocabulary]);
    if (this.#fresh.length > 0) {
      const { layers, kvHeads, headDim } = this.config;
      const fresh = g.node("Concat", this.#fresh, { axis: 0 }, port.fresh);
      g.expose(fresh, "f32", [2 * layers, "T", kvHeads * headDim]);
    }
    return this.guesses(logits, count).logprobs;
  }

  /**
   * Reduces logits `[T, vocabulary]` to the log-probability of each row's target `[T, 1]` and its `count` most likely tokens.
   * @returns log-probabilities `[T, vocabulary]`, and those of the targets
   */
  guesses(logits: Value, count: Value): { logprobs: Value; target: Value } {
    const g = this.graph;
    // Not ReduceLogSumExp: it adds a whole vocabulary up term by term in f32, 2e-4 nats off on 49,152 tokens.
    const logprobs = this.#inParts
      ? logSoftmaxInParts(g, logits)
      : g.node("LogSoftmax", [logits], { axis: 1 });
    const targets = g.input(port.targets, "i64", ["T", 1]);
    const target = g.node("GatherElements", [logprobs, targets], { axis: 1 }, port.targetLogprob);
    g.expose(target, "f32", ["T", 1]);
    const names = [port.topLogprobs, port.topIds];
    const [values, indices] = g.nodes("TopK", [logprobs, count], { axis: 1 }, names);
    g.expose(values, "f32", ["T", "K"]);
    g.expose(indices, "i64", ["T", "K"]);
    return { logprobs, target };
  }

  /** Logits `[T, vocabulary]` of normalised residuals. */
  logits(x: Value, unembed: string): Value {
    const { dModel, vocabulary } = this.config;
    return this.linear(x, this.weight(unembed, [vocabulary, dModel]), "out-in");
  }

  /** Starts the residual stream at its first hook; layers after the first begin where the one before ended. */
  residualStart(x: Value): Value {
    return this.residual(hookName(0, "hook_resid_pre"), x);
  }
}
