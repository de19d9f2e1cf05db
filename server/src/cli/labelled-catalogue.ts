import { Catalogue } from "../analysis/explore/catalogue.ts";
import { LabelFiles } from "../analysis/label-files.ts";
import { labelFile, mayHaveLabels, readLabelFile } from "../explain/label-file.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { Description, Setup } from "../protocol/engine.ts";
import { StoredSearch } from "../scan/stored-search.ts";

/**
 * The latents of a set-up with the labels of every source, as the language server has them: the folder's own, those that shipped
 * with the SAEs, those of stores, and automatic ones.
 * @throws ProblemError where the folder's label file, or a store, cannot be read
 */
export async function labelledCatalogue(
  host: Pick<EngineHost, "identify">,
  setup: Setup,
  description: Description,
): Promise<Catalogue> {
  const { model, saes } = description;
  const cache = cacheFolder();
  const stores = new StoredSearch(async () => ({ cache, assets: findInstall(import.meta.url).assets }));
  const stored = await Promise.all(saes.map((sae) => stores.figures(model, sae)));
  const own = await new LabelFiles().readAll(process.cwd(), model.id);
  return new Catalogue(description, own, stored, await automaticLabels(host, setup, description, cache));
}

/** Labels that were made automatically for these very weights, of each SAE. */
async function automaticLabels(
  host: Pick<EngineHost, "identify">,
  { model, saes, device }: Setup,
  description: Description,
  cache: string,
) {
  if (!description.saes.some(({ id }) => mayHaveLabels(cache, description.model.id, id))) return [];
  const found = await host.identify({ model, saes, device });
  return found.saes.map((sae) => readLabelFile(labelFile(cache, { model: found.model, sae })));
}
