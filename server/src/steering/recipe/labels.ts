import type { Description } from "../../protocol/engine.ts";

/** The labels of a set-up's latents, by SAE and latent; of a latent with several the one that names it first. */
export type LabelsOf = (sae: number) => ReadonlyMap<number, string>;

/** Labels that came with the SAEs, where no others are known. */
export function shippedLabels({ saes }: Pick<Description, "saes">): LabelsOf {
  const texts = saes.map(({ labels }) => new Map([...labels].map(([latent, { text }]) => [latent, text])));
  return (sae) => texts[sae];
}
