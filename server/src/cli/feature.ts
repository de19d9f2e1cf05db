import { located } from "../analysis/setup.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { Setup } from "../protocol/engine.ts";
import type { FeatureResult, FeatureSummary } from "../protocol/feature.ts";
import { storedFeature, unscannedFeature } from "../scan/feature.ts";
import { scoreLatent } from "../scan/feature-scores.ts";
import { knownStores, type StorePlaces, soughtSae, storeFile } from "../scan/stores.ts";
import { StoreReader } from "../store/reader.ts";
import { withEngine } from "./engine.ts";
import { featureText, summaryTable } from "./feature-text.ts";

export interface FeatureOptions {
  model: string;
  store?: string;
  scores?: boolean;
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
  const model = located(options.model, process.cwd());
  const result = store ? storedFeature(store, sought, feature) : await fromWeights(model, reference, feature);
  if (options.scores) result.scores = await measured(model, reference, feature, store ?? null);
  console.log(options.json ? JSON.stringify(result, null, 2) : featureText(result));
}

function fromWeights(model: string, sae: string, feature: number): Promise<FeatureResult> {
  return withEngine((host) => unscannedFeature(host, { model, saes: [sae], device: "auto" }, feature));
}

function measured(model: string, reference: string, feature: number, store: string | null) {
  const setup: Setup = { model, saes: [reference], device: "auto" };
  return withEngine(async (host) => {
    const { model: info, saes } = await host.describe(setup);
    return scoreLatent(host, setup, { model: info, sae: saes[0], feature }, store);
  });
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
