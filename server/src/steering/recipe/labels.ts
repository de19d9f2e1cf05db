import type { Catalogue } from "../../analysis/explore/catalogue.ts";

/** The labels of an SAE's latents, by its place in the set-up; of a latent with several the one that names it. */
export type LabelsOf = (sae: number) => ReadonlyMap<number, string>;

/** Labels of every source, the user's own before the others; put together when they are asked for first. */
export function catalogueLabels(catalogue: Catalogue): LabelsOf {
  let bySae: Map<number, string>[] | null = null;
  return (sae) => {
    if (!bySae) {
      bySae = catalogue.saes.map(() => new Map());
      for (const [latent] of catalogue.labelled())
        bySae[catalogue.saeOf(latent)].set(catalogue.featureOf(latent), catalogue.label(latent)!);
    }
    return bySae[sae];
  };
}
