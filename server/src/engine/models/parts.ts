import type { Graph, Value } from "../onnx/graph.ts";
import type { ModelConfig } from "./config.ts";

/** Far below any score, and finite: shaders need not know infinities. Its exponential is 0. */
const hidden = -1e30;

/**
 * What is added to attention scores where a mask `[T, P+T]` forbids to look, for each query head that shares a head of keys, one
 * below the other: `[group · T, P+T]`.
 */
export function maskBias(g: Graph, { heads, kvHeads }: ModelConfig, mask: Value): Value {
  const number = (value: number) => g.constant(Float32Array.of(value), []);
  const bias = g.node("Where", [mask, number(0), number(hidden)]);
  const group = heads / kvHeads;
  return group === 1 ? bias : g.node("Concat", Array<Value>(group).fill(bias), { axis: 0 });
}

/**
 * Attention in small operators: accelerators have no kernel for the whole one, which would be computed on the CPU, keys and values
 * carried there and back in every layer. Query heads that share a head of keys are rows of one product.
 * @param q `[1, T, heads·headDim]` @param k @param v `[1, P+T, kvHeads·headDim]`
 * @param bias as {@link maskBias} has it
 * @returns `[T, heads·headDim]`, under the given name
 */
export function attentionInParts(
  g: Graph,
  { heads, kvHeads, headDim }: ModelConfig,
  [q, k, v]: [Value, Value, Value],
  bias: Value,
  name: string,
): Value {
  const group = heads / kvHeads;
  const reshape = (x: Value, ...shape: number[]) => g.node("Reshape", [x, g.ints(...shape)]);
  const transpose = (x: Value, perm: number[]) => g.node("Transpose", [x], { perm });
  const scaled = g.node("Mul", [q, g.constant(Float32Array.of(1 / Math.sqrt(headDim)), [])]);
  const byHead = transpose(reshape(scaled, -1, kvHeads, group, headDim), [1, 2, 0, 3]);
  const queries = reshape(byHead, kvHeads, -1, headDim);
  const keys = transpose(reshape(k, -1, kvHeads, headDim), [1, 2, 0]);
  const values = transpose(reshape(v, -1, kvHeads, headDim), [1, 0, 2]);
  const scores = g.node("Add", [g.node("MatMul", [queries, keys]), bias]);
  const z = g.node("MatMul", [g.node("Softmax", [scores], { axis: -1 }), values]);
  const byToken = transpose(reshape(z, kvHeads, group, -1, headDim), [2, 0, 1, 3]);
  return g.node("Reshape", [byToken, g.ints(-1, heads * headDim)], {}, name);
}

/**
 * Logarithms of the softmax of logits `[T, vocabulary]`, of which accelerators have no kernel: the normaliser follows from the
 * largest logit and its probability, which is not small.
 */
export function logSoftmaxInParts(g: Graph, logits: Value): Value {
  const largest = (x: Value) => g.node("ReduceMax", [x, g.ints(1)], { keepdims: 1 });
  const most = g.node("Log", [largest(g.node("Softmax", [logits], { axis: 1 }))]);
  const normaliser = g.node("Sub", [largest(logits), most]);
  return g.node("Sub", [logits, normaliser]);
}
