import type { Value } from "../onnx/graph.ts";
import type { ForwardWriter } from "./forward.ts";

/** The MLP's non-linearity, of the same shape as `x`. */
export function activate(w: ForwardWriter, x: Value): Value {
  const { graph: g, config } = w;
  if (config.activation === "silu") return g.node("Mul", [x, g.node("Sigmoid", [x])]);
  return g.node("Gelu", [x], { approximate: config.activation === "gelu_tanh" ? "tanh" : "none" });
}
