import type { Value } from "../../onnx/graph.ts";
import { activate } from "../activation.ts";
import type { ForwardWriter } from "../forward.ts";
import { hookName } from "../hooks.ts";

/** Llama and its relatives with the same layers (Mistral, SmolLM2, tinytown): RMS norm, rotary positions, gated MLP. */
export function writeLlama(w: ForwardWriter): Value {
  const { graph: g, config: c } = w;
  const project = (x: Value, name: string, from: number, to: number, bias: boolean, hook?: string) =>
    w.linear(
      x,
      w.weight(`${name}.weight`, [to, from]),
      "out-in",
      bias ? w.weight(`${name}.bias`, [to]) : undefined,
      hook,
    );
  const qWidth = c.heads * c.headDim;
  const kvWidth = c.kvHeads * c.headDim;

  let x = w.residualStart(w.embed("model.embed_tokens.weight", c.vocabulary, w.ids));
  for (let layer = 0; layer < c.layers; layer++) {
    const at = `model.layers.${layer}`;
    const normed = norm(w, x, `${at}.input_layernorm.weight`);
    const z = w.attention(
      layer,
      project(normed, `${at}.self_attn.q_proj`, c.dModel, qWidth, c.attentionBias),
      project(normed, `${at}.self_attn.k_proj`, c.dModel, kvWidth, c.attentionBias),
      project(normed, `${at}.self_attn.v_proj`, c.dModel, kvWidth, c.attentionBias),
    );
    const attnOut = hookName(layer, "hook_attn_out");
    const attended = project(z, `${at}.self_attn.o_proj`, qWidth, c.dModel, c.attentionBias, attnOut);
    x = w.residual(hookName(layer, "hook_resid_mid"), g.node("Add", [x, w.hook(attended, c.dModel)]));

    const mid = norm(w, x, `${at}.post_attention_layernorm.weight`);
    const gate = project(mid, `${at}.mlp.gate_proj`, c.dModel, c.dMlp, c.mlpBias);
    const up = project(mid, `${at}.mlp.up_proj`, c.dModel, c.dMlp, c.mlpBias);
    const hidden = g.node("Mul", [activate(w, gate), up]);
    const mlpOut = hookName(layer, "hook_mlp_out");
    const moved = project(hidden, `${at}.mlp.down_proj`, c.dMlp, c.dModel, c.mlpBias, mlpOut);
    x = w.residual(hookName(layer, "hook_resid_post"), g.node("Add", [x, w.hook(moved, c.dModel)]));
  }
  return w.head(...finalLlama(w, x));
}

/** The final norm of a residual, and the name of the unembedding. */
export function finalLlama(w: ForwardWriter, x: Value): [normed: Value, unembed: string] {
  const unembed = w.config.tied ? "model.embed_tokens.weight" : "lm_head.weight";
  return [norm(w, x, "model.norm.weight"), unembed];
}

function norm(w: ForwardWriter, x: Value, name: string): Value {
  return w.graph.node("RMSNormalization", [x, w.weight(name, [w.config.dModel])], {
    axis: -1,
    epsilon: { float: w.config.normEpsilon },
  });
}
