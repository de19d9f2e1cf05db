import type { Value } from "../../onnx/graph.ts";
import { activate } from "../activation.ts";
import type { ForwardWriter } from "../forward.ts";
import { hookName } from "../hooks.ts";

/**
 * GPT-2: layer norm with bias, learned positions, one fused projection for q, k and v (Conv1D, `[in, out]`).
 * @param prefix `transformer.` where the file's tensor names carry it
 */
export function writeGpt2(w: ForwardWriter, prefix: string): Value {
  const { graph: g, config: c } = w;
  const d = c.dModel;
  const project = (x: Value, name: string, from: number, to: number, hook?: string) =>
    w.linear(x, w.weight(`${name}.weight`, [from, to]), "in-out", w.weight(`${name}.bias`, [to]), hook);

  const token = w.embed(`${prefix}wte.weight`, c.vocabulary, w.ids);
  const place = w.embed(`${prefix}wpe.weight`, c.contextLength, g.node("Reshape", [w.positions, g.ints(-1)]));
  let x = w.residualStart(g.node("Add", [token, place]));
  for (let layer = 0; layer < c.layers; layer++) {
    const at = `${prefix}h.${layer}`;
    const fused = project(norm(w, x, `${at}.ln_1`), `${at}.attn.c_attn`, d, 3 * d);
    const [q, k, v] = g.nodes("Split", [fused], { axis: -1, num_outputs: 3 }, 3);
    const attnOut = hookName(layer, "hook_attn_out");
    const attended = project(w.attention(layer, q, k, v), `${at}.attn.c_proj`, d, d, attnOut);
    x = w.residual(hookName(layer, "hook_resid_mid"), g.node("Add", [x, w.hook(attended, d)]));

    const hidden = activate(w, project(norm(w, x, `${at}.ln_2`), `${at}.mlp.c_fc`, d, c.dMlp));
    const moved = project(hidden, `${at}.mlp.c_proj`, c.dMlp, d, hookName(layer, "hook_mlp_out"));
    x = w.residual(hookName(layer, "hook_resid_post"), g.node("Add", [x, w.hook(moved, d)]));
  }
  return w.head(...finalGpt2(w, x, prefix));
}

/** The final norm of a residual, and the name of the unembedding. */
export function finalGpt2(w: ForwardWriter, x: Value, prefix: string): [normed: Value, unembed: string] {
  return [norm(w, x, `${prefix}ln_f`), w.config.tied ? `${prefix}wte.weight` : "lm_head.weight"];
}

function norm(w: ForwardWriter, x: Value, name: string): Value {
  const shape = [w.config.dModel];
  const weights = [w.weight(`${name}.weight`, shape), w.weight(`${name}.bias`, shape)];
  return w.graph.node("LayerNormalization", [x, ...weights], {
    axis: -1,
    epsilon: { float: w.config.normEpsilon },
  });
}
