import type { Value } from "../../onnx/graph.ts";
import { activate } from "../activation.ts";
import type { ForwardWriter } from "../forward.ts";
import { hookName } from "../hooks.ts";

/**
 * GPT-2: layer norm with bias, learned positions, one fused projection for q, k and v (Conv1D, `[in, out]`).
 * @param prefix `transformer.` where the file's tensor names carry it
 */
export function writeGpt2(w: ForwardWriter, prefix: string): void {
  const { graph: g, config: c } = w;
  const d = c.dModel;
  const norm = (x: Value, name: string) =>
    g.node("LayerNormalization", [x, w.weight(`${name}.weight`, [d]), w.weight(`${name}.bias`, [d])], {
      axis: -1,
      epsilon: { float: c.normEpsilon },
    });
  const project = (x: Value, name: string, from: number, to: number, hook?: string) =>
    w.linear(x, w.weight(`${name}.weight`, [from, to]), "in-out", w.weight(`${name}.bias`, [to]), hook);

  const token = w.embed(`${prefix}wte.weight`, c.vocabulary, w.ids);
  const place = w.embed(`${prefix}wpe.weight`, c.contextLength, g.node("Reshape", [w.positions, g.ints(-1)]));
  let x = w.residualStart(g.node("Add", [token, place]));
  for (let layer = 0; layer < c.layers; layer++) {
    const at = `${prefix}h.${layer}`;
    const fused = project(norm(x, `${at}.ln_1`), `${at}.attn.c_attn`, d, 3 * d);
    const [q, k, v] = g.nodes("Split", [fused], { axis: -1, num_outputs: 3 }, 3);
    const attnOut = hookName(layer, "hook_attn_out");
    const attended = project(w.attention(layer, q, k, v), `${at}.attn.c_proj`, d, d, attnOut);
    x = w.residual(hookName(layer, "hook_resid_mid"), g.node("Add", [x, w.hook(attended, d)]));

    const hidden = activate(w, project(norm(x, `${at}.ln_2`), `${at}.mlp.c_fc`, d, c.dMlp));
    const moved = project(hidden, `${at}.mlp.c_proj`, c.dMlp, d, hookName(layer, "hook_mlp_out"));
    x = w.residual(hookName(layer, "hook_resid_post"), g.node("Add", [x, w.hook(moved, d)]));
  }
  w.head(norm(x, `${prefix}ln_f`), c.tied ? `${prefix}wte.weight` : "lm_head.weight");
}
