import { statSync } from "node:fs";
import type { FeatureSearch, StoredFigures } from "../analysis/explore/search.ts";
import type { ModelInfo, SaeInfo } from "../protocol/engine.ts";
import type { StoreReader } from "../store/reader.ts";
import { readStoreOf } from "./store-of-sae.ts";
import type { StorePlaces } from "./stores.ts";

/** Searches the stores that the feature panel reads too. */
export class StoredSearch implements FeatureSearch {
  readonly #places: () => Promise<StorePlaces>;
  /** By store and SAE, with what the store's files were when they were read. */
  readonly #known = new Map<string, { state: string; figures: StoredFigures }>();

  constructor(places: () => Promise<StorePlaces>) {
    this.#places = places;
  }

  async byExamples(model: ModelInfo, sae: SaeInfo, words: string): Promise<number[] | null> {
    return readStoreOf(model, sae, await this.#places(), (store, index) => store.byExamples(index, words));
  }

  async byPromotedToken(model: ModelInfo, sae: SaeInfo, token: string): Promise<number[] | null> {
    return readStoreOf(model, sae, await this.#places(), (store, index) =>
      store.byPromotedToken(index, token),
    );
  }

  async figures(model: ModelInfo, sae: SaeInfo): Promise<StoredFigures | null> {
    return readStoreOf(model, sae, await this.#places(), (store, index) => {
      const key = `${store.path}#${index}`;
      const state = stateOf(store.path);
      const known = this.#known.get(key);
      if (known?.state === state) return known.figures;
      const figures = figuresOf(store, index);
      this.#known.set(key, { state, figures });
      return figures;
    });
  }
}

function figuresOf(store: StoreReader, index: number): StoredFigures {
  const figures = store.figures(index);
  return {
    source: store.describe(figures?.tokens ?? 0),
    finished: store.finished,
    frequency: figures?.frequency ?? null,
    maximum: figures?.maximum ?? null,
    labels: store.allLabels(index),
    scores: store.scores(index),
  };
}

/** Changes with every commit: those of a scan that goes on lie in the file beside. */
function stateOf(path: string): string {
  return [path, `${path}-wal`]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((it) => (it ? `${it.mtimeMs}/${it.size}/${it.ino}` : ""))
    .join();
}
