import { oneName, streamHook } from "../../analysis/hooks.ts";
import type { Description } from "../../protocol/engine.ts";

/** The residual stream behind each block, with the SAEs whose latents are steered there. */
export function steeringLayers({ model, saes }: Description): { hook: string; saes: string[] }[] {
  return Array.from({ length: model.layers }, (_, layer) => {
    const hook = `blocks.${layer}.hook_resid_post`;
    return {
      hook,
      saes: saes.filter((it) => oneName(streamHook(it.hook) ?? "") === hook).map(({ id }) => id),
    };
  });
}

/** The layer that a vector is made at where none is named: of those with an SAE the nearest to the middle, else the middle one. */
export function usualLayer(description: Description): string {
  const layers = steeringLayers(description);
  const middle = (layers.length - 1) / 2;
  const far = (hook: string) => Math.abs(layers.findIndex((it) => it.hook === hook) - middle);
  const withSae = layers.filter(({ saes }) => saes.length > 0);
  const among = withSae.length > 0 ? withSae : layers;
  return among.toSorted((a, b) => far(a.hook) - far(b.hook))[0].hook;
}
