const residual = /^blocks\.(\d+)\.hook_resid_(pre|mid|post)$/;

/**
 * The hook point that a tensor's name means: its own where it is one; `direction.3`, `layer.3`, `layers.3` or `3` mean
 * `blocks.3.hook_resid_post`, the residual behind the block that is the fourth. Null for any other name.
 *
 * repeng's `direction.l` is the output of block l counted from 0 (`hidden_states[l + 1]`), and llama.cpp adds `direction.l`
 * to the residual behind its block `il` = l, also counted from 0: both are that hook point. Neither has a vector for block 0.
 * (llama.cpp's own `cvector-generator` measures at block l − 1 what it writes as `direction.l`; what counts is where it is
 * applied.)
 */
export function hookOf(name: string): string | null {
  if (residual.test(name)) return name;
  const layer = /^(?:(?:direction|layers?)\.)?(\d{1,4})$/.exec(name);
  return layer && `blocks.${Number(layer[1])}.hook_resid_post`;
}

/** One name for each place: `hook_resid_pre` of a layer is `hook_resid_post` of the one before. */
export function canonical(hook: string): string {
  const match = residual.exec(hook);
  const layer = Number(match?.[1]);
  return match?.[2] === "pre" && layer > 0 ? `blocks.${layer - 1}.hook_resid_post` : hook;
}

/** The layer of `hook_resid_post`, under whichever name; null for other hook points. */
export function postLayer(hook: string): number | null {
  const match = residual.exec(canonical(hook));
  return match?.[2] === "post" ? Number(match[1]) : null;
}
