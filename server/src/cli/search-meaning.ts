import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { Analyser } from "../analysis/analyser.ts";
import { Catalogue } from "../analysis/explore/catalogue.ts";
import { rowsOf } from "../analysis/explore/explorer.ts";
import { complete, list, nothingFound } from "../analysis/explore/list.ts";
import { MeaningSearch } from "../analysis/explore/meaning.ts";
import { noEmbeddingModel } from "../analysis/explore/notes.ts";
import { LabelFiles } from "../analysis/label-files.ts";
import { located } from "../analysis/setup.ts";
import { labelFile, mayHaveLabels, readLabelFile } from "../explain/label-file.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { findEmbeddingModel } from "../hub/embedding-models.ts";
import type { Description, Setup } from "../protocol/engine.ts";
import type { ExplorerRow } from "../protocol/explore.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { StoredSearch } from "../scan/stored-search.ts";
import { whenInterrupted } from "./interrupt.ts";
import { ProgressLine } from "./progress-line.ts";
import { preparedFor } from "./search-setup.ts";

export interface MeaningOptions {
  model?: string;
  sae?: string;
  embeddingModel?: string;
  top: number;
}

/**
 * `steerscope search --meaning TEXT`: the latents whose labels (the folder's own, shipped, of stores, automatic) are nearest.
 * @returns no rows, and why, where there is no embedding model
 * @throws CancelledError after Ctrl-C; what was embedded by then is kept
 */
export async function searchByMeaning(
  meaning: string,
  { top, embeddingModel, ...options }: MeaningOptions,
  host: EngineHost,
): Promise<{ rows: ExplorerRow[]; note: string }> {
  const here = process.cwd();
  const named = embeddingModel ? located(embeddingModel, here) : "";
  const embedding = findEmbeddingModel(named);
  if (!embedding) return { rows: [], note: noEmbeddingModel(named, "--embedding-model") };
  const document = preparedFor(options);
  const description = await new Analyser(host, { skipBrokenSaes: false }).describeSetup(document);
  const { model, saes } = description;
  const cache = cacheFolder();
  const stores = new StoredSearch(async () => ({ cache, assets: findInstall(import.meta.url).assets }));
  const stored = await Promise.all(saes.map((sae) => stores.figures(model, sae)));
  const own = await new LabelFiles().readAll(here, model.id);
  const automatic = await automaticLabels(host, document.setup, description, cache);
  const catalogue = new Catalogue(description, own, stored, automatic);
  const stop = new CancellationTokenSource();
  const release = whenInterrupted(() => {
    if (stop.token.isCancellationRequested) return false;
    stop.cancel();
    return true;
  });
  const line = new ProgressLine();
  try {
    const search = new MeaningSearch(host, async () => cache);
    const { cosines, note } = await search.find(catalogue, meaning, embedding, stop.token, (done, total) =>
      line.show(`Embedding labels: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`),
    );
    const found = { ...nothingFound, meaning: cosines };
    const latents = list(catalogue, complete({ meaning }, defaultSettings.hideAboveFrequency), found);
    return { rows: rowsOf(catalogue, { latents, found, notes: [] }, 0, top), note };
  } finally {
    line.end();
    release();
  }
}

/** Labels that were made automatically for these very weights, of each SAE. */
async function automaticLabels(
  host: EngineHost,
  { model, saes, device }: Setup,
  description: Description,
  cache: string,
) {
  if (!description.saes.some(({ id }) => mayHaveLabels(cache, description.model.id, id))) return [];
  const found = await host.identify({ model, saes, device });
  return found.saes.map((sae) => readLabelFile(labelFile(cache, { model: found.model, sae })));
}
