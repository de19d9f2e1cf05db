import type { FeatureFindings, FeatureSource, Latent } from "../analysis/feature.ts";
import { readStoreOf } from "./store-of-sae.ts";
import type { StorePlaces } from "./stores.ts";

/** What stores know of latents: the one beside the SAE's folder, or those that scans made where nobody named a store. */
export class StoredFeatures implements FeatureSource {
  readonly #places: () => Promise<StorePlaces>;

  constructor(places: () => Promise<StorePlaces>) {
    this.#places = places;
  }

  async feature({ model, sae, feature }: Latent): Promise<FeatureFindings | null> {
    return readStoreOf(model, sae, await this.#places(), (store, index) => {
      const { statistics, weights, scores, notes, known, labels } = store.feature(index, feature);
      return { statistics, weights, scores, notes, known, labels };
    });
  }
}
