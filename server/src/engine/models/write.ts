import type { Device } from "../../protocol/engine.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import { WeightBinder } from "../runtime/weight-binder.ts";
import type { Checkpoint } from "../weights/checkpoint.ts";
import { type BlockSpec, blockWeights, blockWriter } from "./blocks.ts";
import type { ModelConfig } from "./config.ts";
import { finalGpt2, writeGpt2 } from "./families/gpt2.ts";
import { finalLlama, writeLlama } from "./families/llama.ts";
import { ForwardWriter, port } from "./forward.ts";

export interface WrittenForward {
  graph: Graph;
  binder: WeightBinder;
  /** Hook points that can be edited. */
  edits: string[];
  /** Whether keys and values of all layers are one input and one output. */
  packsPast: boolean;
  /** Log-probabilities `[T, vocabulary]` of the next tokens, which are no output. */
  logprobs: Value;
}

/** What tensor names begin with in a GPT-2 file. */
const prefixOf = (checkpoint: Checkpoint) => (checkpoint.has("transformer.wte.weight") ? "transformer." : "");

interface ForwardParts {
  from?: string | null;
  blocks?: BlockSpec[];
  patterns?: boolean;
  device?: Device;
  edited?: readonly string[];
}

/**
 * Writes the whole forward pass of a model.
 * @param options.from a residual hook point (by its canonical name) at which it begins, as {@link ForwardWriter} has it
 * @param options.blocks what more is added to its residual stream
 * @param options.patterns whether attention weights are outputs too
 * @param options.device where it is to run: accelerators are given what they have kernels for
 * @param options.edited hook points that must be editable; on the CPU all are, elsewhere each costs what its numbers take to get there
 */
export function writeForward(
  config: ModelConfig,
  checkpoint: Checkpoint,
  { from = null, blocks = [], patterns = false, device = "cpu", edited = [] }: ForwardParts = {},
): WrittenForward {
  const graph = new Graph();
  const binder = new WeightBinder(graph, [...checkpoint.tensors.values(), ...blockWeights(blocks)]);
  const change = blocks.length > 0 ? blockWriter(graph, config.dModel, binder, blocks) : null;
  const inParts = device !== "cpu";
  const writer = new ForwardWriter(graph, config, binder, checkpoint, {
    from,
    change,
    patterns,
    inParts,
    edits: inParts ? edited : null,
  });
  const logprobs = config.family === "gpt2" ? writeGpt2(writer, prefixOf(checkpoint)) : writeLlama(writer);
  return { graph, binder, edits: writer.edits, packsPast: inParts, logprobs };
}

interface WrittenUnembedding {
  graph: Graph;
  binder: WeightBinder;
  logits: Value;
}

/** Writes `W_U · final_norm(x)`, and nothing before it: logits `[T, vocabulary]` of residuals `x` `[T, d]`. */
export function writeUnembedding(config: ModelConfig, checkpoint: Checkpoint): WrittenUnembedding {
  const { graph, binder, logits } = unembedding(config, checkpoint);
  return { graph, binder, logits };
}

/**
 * Writes the logit lens: of residuals `x` `[T, d]` the `top_count` most likely tokens, and of each row's target its
 * log-probability and its rank (1 + how many tokens are more likely), `[T, 1]`.
 */
export function writeLogitLens(
  config: ModelConfig,
  checkpoint: Checkpoint,
  device: Device = "cpu",
): Pick<WrittenUnembedding, "graph" | "binder"> {
  const { graph: g, binder, logits, writer } = unembedding(config, checkpoint, device);
  const { logprobs, target } = writer.guesses(logits, g.input(port.topCount, "i64", [1]));
  const above = g.node("Cast", [g.node("Greater", [logprobs, target])], { to: 1 });
  const rank = g.node("ReduceSum", [above, g.ints(1)], {});
  g.expose(g.node("Add", [rank, g.constant(Float32Array.of(1), [])], {}, port.targetRank), "f32", ["T", 1]);
  g.keepOnly([port.topLogprobs, port.topIds, port.targetLogprob, port.targetRank]);
  return { graph: g, binder };
}

function unembedding(
  config: ModelConfig,
  checkpoint: Checkpoint,
  device: Device = "cpu",
): WrittenUnembedding & { writer: ForwardWriter } {
  const graph = new Graph();
  const binder = new WeightBinder(graph, checkpoint.tensors.values());
  const writer = new ForwardWriter(graph, config, binder, checkpoint, { inParts: device !== "cpu" });
  const x = graph.input("x", "f32", ["T", config.dModel]);
  const [normed, unembed] =
    config.family === "gpt2" ? finalGpt2(writer, x, prefixOf(checkpoint)) : finalLlama(writer, x);
  return { graph, binder, logits: writer.logits(normed, unembed), writer };
}
