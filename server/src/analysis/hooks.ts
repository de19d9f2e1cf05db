/** Hook points at which the residual stream can be steered, with TransformerLens names. */
const residual = /^blocks\.(\d+)\.hook_resid_(pre|mid|post)$/;
/** Those where a block's output joins it: what is added there is added to the stream behind it. */
const joining = /^(blocks\.\d+)\.hook_(attn|mlp)_out$/;

/** Where within its layer a hook point lies; the inner ones of attention before what it gives. */
const within: Record<string, number> = {
  hook_resid_pre: 0,
  "attn.hook_z": 0.5,
  hook_attn_out: 0.75,
  hook_resid_mid: 1,
  hook_mlp_out: 1.5,
  hook_resid_post: 2,
};

/** Whether a model of so many layers can be steered at a hook point. */
export function isSteerable(hook: string, layers: number): boolean {
  const match = residual.exec(hook);
  return match !== null && Number(match[1]) < layers;
}

/** The residual hook points of a model, from the first; `hook_resid_pre` of later layers is the one before by another name. */
export function hooksOf(layers: number): string[] {
  const blocks = Array.from({ length: layers }, (_, layer) => `blocks.${layer}`);
  return [
    "blocks.0.hook_resid_pre",
    ...blocks.flatMap((block) => [`${block}.hook_resid_mid`, `${block}.hook_resid_post`]),
  ];
}

/** One name for the two of a hook point: `hook_resid_pre` of a layer is `hook_resid_post` of the one before. */
export function oneName(hook: string): string {
  const match = /^blocks\.([1-9]\d*)\.hook_resid_pre$/.exec(hook);
  return match ? `blocks.${Number(match[1]) - 1}.hook_resid_post` : hook;
}

/** The residual hook point at which a latent's direction can be edited; null where its SAE reads inside the heads. */
export function streamHook(hook: string): string | null {
  if (residual.test(hook)) return hook;
  const match = joining.exec(hook);
  return match && `${match[1]}.hook_resid_${match[2] === "attn" ? "mid" : "post"}`;
}

/** How far down a forward pass a hook point lies, for comparing two; NaN for one that is not known. */
export function depth(hook: string): number {
  const match = /^blocks\.(\d+)\.(.+)$/.exec(oneName(hook));
  return match ? 2 * Number(match[1]) + (within[match[2]] ?? Number.NaN) : Number.NaN;
}

/** Every hook point of a model, from the first: those of the stream, and what attention and MLP give to it. */
export function allHooksOf(layers: number): string[] {
  const inLayer = ["attn.hook_z", "hook_attn_out", "hook_resid_mid", "hook_mlp_out", "hook_resid_post"];
  const rest = Array.from({ length: layers }, (_, layer) => inLayer.map((name) => `blocks.${layer}.${name}`));
  return ["blocks.0.hook_resid_pre", ...rest.flat()];
}
