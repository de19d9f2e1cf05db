import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { Analyser } from "../analysis/analyser.ts";
import { rowsOf } from "../analysis/explore/explorer.ts";
import { complete, list, nothingFound } from "../analysis/explore/list.ts";
import { MeaningSearch } from "../analysis/explore/meaning.ts";
import { noEmbeddingModel } from "../analysis/explore/notes.ts";
import { located } from "../analysis/setup.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { cacheFolder } from "../host/paths.ts";
import { findEmbeddingModel } from "../hub/embedding-models.ts";
import type { ExplorerRow } from "../protocol/explore.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { whenInterrupted } from "./interrupt.ts";
import { labelledCatalogue } from "./labelled-catalogue.ts";
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
  const catalogue = await labelledCatalogue(host, document.setup, description);
  const stop = new CancellationTokenSource();
  const release = whenInterrupted(() => {
    if (stop.token.isCancellationRequested) return false;
    stop.cancel();
    return true;
  });
  const line = new ProgressLine();
  try {
    const search = new MeaningSearch(host, async () => cacheFolder());
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
