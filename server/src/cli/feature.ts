import { withAutomatic } from "../analysis/automatic-labels.ts";
import { located } from "../analysis/setup.ts";
import { labelFile, readLabelFile } from "../explain/label-file.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { FeatureResult, FeatureSummary } from "../protocol/feature.ts";
import { storedFeature, unscannedFeature } from "../scan/feature.ts";
import {
  indexOfSae,
  knownStores,
  type SoughtSae,
  type StorePlaces,
  soughtSae,
  storeFile,
} from "../scan/stores.ts";
import { StoreReader } from "../store/reader.ts";
import { withEngine } from "./engine.ts";
import { featureText, summaryTable } from "./feature-text.ts";

export interface FeatureOptions {
  model: string;
  store?: string;
  json?: boolean;
}

export interface SearchOptions {
  sae?: string;
  store?: string;
  top: number;
  json?: boolean;
}

const places = (): StorePlaces => ({ cache: cacheFolder(), assets: findInstall(import.meta.url).assets });

/** `steerscope feature SAE INDEX`. */
export async function featureCommand(sae: string, feature: number, options: FeatureOptions): Promise<void> {
  const reference = located(sae, process.cwd());
  const sought = soughtSae(reference, places());
  const [store] = options.store ? [storeFile(options.store)] : knownStores(sought, places());
  const result = store
    ? withLabels(storedFeature(store, sought, feature), store, sought)
    : await fromWeights(located(options.model, process.cwd()), reference, feature);
  console.log(options.json ? JSON.stringify(result, null, 2) : featureText(result));
}

/** Labels that were made automatically for the weights that the store belongs to. */
function withLabels(result: FeatureResult, path: string, sought: SoughtSae): FeatureResult {
  const store = StoreReader.open(path);
  try {
    const { model, saes } = store.identity;
    const file = labelFile(places().cache, { model, sae: saes[indexOfSae(store, sought)] });
    return {
      ...result,
      labels: withAutomatic(result.labels, readLabelFile(file).get(result.feature)),
    };
  } finally {
    store.close();
  }
}

function fromWeights(model: string, sae: string, feature: number): Promise<FeatureResult> {
  return withEngine((host) => unscannedFeature(host, { model, saes: [sae], device: "auto" }, feature));
}

/** `steerscope search WORDS…`. */
export async function searchCommand(words: string[], options: SearchOptions): Promise<void> {
  const sae = options.sae === undefined ? null : soughtSae(located(options.sae, process.cwd()), places());
  const stores = options.store ? [storeFile(options.store)] : knownStores(sae, places());
  const found: FeatureSummary[] = [];
  for (const path of stores) {
    const store = StoreReader.open(path);
    try {
      const features = store.search(words.join(" "), options.top);
      found.push(...features.filter((it) => sae === null || it.sae === sae.id));
    } finally {
      store.close();
    }
  }
  const features = found.slice(0, options.top);
  if (stores.length === 0) console.error("There is no store to search; “steerscope scan” makes one.");
  if (options.json) {
    console.log(JSON.stringify({ schema: "steerscope.search/1", words: words.join(" "), features }, null, 2));
    return;
  }
  console.log(features.length > 0 ? summaryTable(features) : "Nothing was found.");
}
