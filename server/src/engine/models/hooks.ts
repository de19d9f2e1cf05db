import { EngineError } from "../errors.ts";

/** Hook points of a residual layer, with TransformerLens names. */
export const residualHooks = ["hook_resid_pre", "hook_resid_mid", "hook_resid_post"] as const;
export const layerHooks = [...residualHooks, "hook_attn_out", "hook_mlp_out", "attn.hook_z"] as const;

/** Full name of a hook point. */
export const hookName = (layer: number, hook: (typeof layerHooks)[number]) => `blocks.${layer}.${hook}`;

/**
 * The name under which a hook point is stored in the graph: `resid_pre` of a layer is `resid_post` of the one before,
 * the same tensor, so an edit or a capture at one is an edit or capture at the other.
 */
export function canonicalHook(name: string): string {
  const match = /^blocks\.(\d+)\.hook_resid_pre$/.exec(name);
  const layer = match ? Number(match[1]) : 0;
  return layer > 0 ? hookName(layer - 1, "hook_resid_post") : name;
}

/** True for a hook point that a model of `layers` layers has. */
export function isHook(name: string, layers: number): boolean {
  const match = /^blocks\.(\d+)\.(.+)$/.exec(name);
  return !!match && Number(match[1]) < layers && (layerHooks as readonly string[]).includes(match[2]);
}

/** Attention weights of a layer's heads `[heads, T, P+T]`: only a graph that is written for them has them. */
export const patternHook = (layer: number) => `blocks.${layer}.attn.hook_pattern`;
export const isPatternHook = (name: string) => name.endsWith(".attn.hook_pattern");

/** True where an affine edit is possible. */
export const isResidualHook = (name: string) =>
  (residualHooks as readonly string[]).some((h) => name.endsWith(`.${h}`));

/**
 * The residual hook point at which adding something is the same as adding it at `name`: its own, or where a block's output
 * joins the stream. Null inside the heads.
 */
export function streamHook(name: string): string | null {
  if (isResidualHook(name)) return canonicalHook(name);
  const match = /^(blocks\.\d+\.)hook_(attn|mlp)_out$/.exec(name);
  return match && `${match[1]}${match[2] === "attn" ? "hook_resid_mid" : "hook_resid_post"}`;
}

/** Place of a residual hook point on the way through the model: an earlier one has a smaller number. */
export function depthOf(hook: string): number {
  const [, layer, name] = /^blocks\.(\d+)\.(.+)$/.exec(canonicalHook(hook)) ?? [];
  return 3 * Number(layer) + (residualHooks as readonly string[]).indexOf(name);
}

export function unknownHook(hook: string, layers: number): EngineError {
  return new EngineError({
    code: "hook-unknown",
    message: `The model has no hook point ${hook} that can serve here (its layers are 0 to ${layers - 1}).`,
    remedy: "Name a hook point such as blocks.0.hook_resid_post.",
    subject: "model",
  });
}

/** How many blocks (attention and MLP of each layer) lie before a residual hook point. */
export function blocksBefore(hook: string): number {
  const depth = depthOf(hook);
  const layer = Math.floor(depth / 3);
  return 2 * layer + (depth % 3);
}
