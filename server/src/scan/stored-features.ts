import type { FeatureFindings, FeatureSource, Latent } from "../analysis/feature.ts";
import { StoreReader } from "../store/reader.ts";
import { indexOfSae, knownStores, type SoughtSae, type StorePlaces } from "./stores.ts";

/** What stores know of latents: the one beside the SAE's folder, or those that scans made where nobody named a store. */
export class StoredFeatures implements FeatureSource {
  readonly #places: () => Promise<StorePlaces>;

  constructor(places: () => Promise<StorePlaces>) {
    this.#places = places;
  }

  /** Opened anew each time, which takes a millisecond: a scan may make or remove stores meanwhile. */
  async feature({ model, sae, feature }: Latent): Promise<FeatureFindings | null> {
    const sought: SoughtSae = {
      id: sae.id,
      folder: sae.path,
      hook: sae.hook,
      width: sae.width,
      model: model.id,
    };
    const [path] = knownStores(sought, await this.#places());
    if (!path) return null;
    const store = StoreReader.open(path);
    try {
      const { statistics, weights, notes } = store.feature(indexOfSae(store, sought), feature);
      return { statistics, weights, notes };
    } finally {
      store.close();
    }
  }
}
