import { withAutomatic } from "../analysis/automatic-labels.ts";
import { located } from "../analysis/setup.ts";
import { labelFile, readLabelFile } from "../explain/label-file.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { Setup } from "../protocol/engine.ts";
import type { FeatureResult } from "../protocol/feature.ts";
import { storedFeature, unscannedFeature } from "../scan/feature.ts";
import { scoreLatent } from "../scan/feature-scores.ts";
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
import { featureText } from "./feature-text.ts";

export interface FeatureOptions {
  model: string;
  store?: string;
  scores?: boolean;
  json?: boolean;
}

const places = (): StorePlaces => ({ cache: cacheFolder(), assets: findInstall(import.meta.url).assets });

/** `steerscope feature SAE INDEX`. */
export async function featureCommand(sae: string, feature: number, options: FeatureOptions): Promise<void> {
  const reference = located(sae, process.cwd());
  const sought = soughtSae(reference, places());
  const [store] = options.store ? [storeFile(options.store)] : knownStores(sought, places());
  const model = located(options.model, process.cwd());
  const result = store
    ? withLabels(storedFeature(store, sought, feature), store, sought)
    : await fromWeights(model, reference, feature);
  if (options.scores) result.scores = await measured(model, reference, feature, store ?? null);
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

function measured(model: string, reference: string, feature: number, store: string | null) {
  const setup: Setup = { model, saes: [reference], device: "auto" };
  return withEngine(async (host) => {
    const { model: info, saes } = await host.describe(setup);
    return scoreLatent(host, setup, { model: info, sae: saes[0], feature }, store);
  });
}
