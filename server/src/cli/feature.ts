import { located } from "../analysis/setup.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { FeatureResult } from "../protocol/feature.ts";
import { storedFeature, unscannedFeature } from "../scan/feature.ts";
import { knownStores, type StorePlaces, soughtSae, storeFile } from "../scan/stores.ts";
import { withEngine } from "./engine.ts";
import { featureText } from "./feature-text.ts";

export interface FeatureOptions {
  model: string;
  store?: string;
  json?: boolean;
}

const places = (): StorePlaces => ({ cache: cacheFolder(), assets: findInstall(import.meta.url).assets });

/** `steerscope feature SAE INDEX`. */
export async function featureCommand(sae: string, feature: number, options: FeatureOptions): Promise<void> {
  const reference = located(sae, process.cwd());
  const sought = soughtSae(reference, places());
  const [store] = options.store ? [storeFile(options.store)] : knownStores(sought, places());
  const result = store
    ? storedFeature(store, sought, feature)
    : await fromWeights(located(options.model, process.cwd()), reference, feature);
  console.log(options.json ? JSON.stringify(result, null, 2) : featureText(result));
}

function fromWeights(model: string, sae: string, feature: number): Promise<FeatureResult> {
  return withEngine((host) => unscannedFeature(host, { model, saes: [sae], device: "auto" }, feature));
}
