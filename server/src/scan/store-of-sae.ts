import type { ModelInfo, SaeInfo } from "../protocol/engine.ts";
import { StoreReader } from "../store/reader.ts";
import { indexOfSae, knownStores, type StorePlaces, soughtOf } from "./stores.ts";

/**
 * Reads the store that counts for an SAE of a set-up: the one beside its folder, else the first that a scan made where nobody
 * named one. Opened anew each time, which takes a millisecond: a scan may make or remove stores meanwhile.
 * @returns null where no store holds the SAE
 */
export function readStoreOf<T>(
  model: Pick<ModelInfo, "id">,
  sae: Pick<SaeInfo, "id" | "path" | "hook" | "width">,
  places: StorePlaces,
  read: (store: StoreReader, index: number) => T,
): T | null {
  const sought = soughtOf(model, sae);
  const [path] = knownStores(sought, places);
  if (!path) return null;
  const store = StoreReader.open(path);
  try {
    return read(store, indexOfSae(store, sought));
  } finally {
    store.close();
  }
}
