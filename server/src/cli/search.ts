import { InvalidArgumentError } from "commander";
import { Analyser } from "../analysis/analyser.ts";
import { Catalogue } from "../analysis/explore/catalogue.ts";
import { type FeatureList, rowsOf } from "../analysis/explore/explorer.ts";
import { findAlike } from "../analysis/explore/find-alike.ts";
import { likeness } from "../analysis/explore/likeness.ts";
import { complete, type Found, list, nothingFound } from "../analysis/explore/list.ts";
import { Responder } from "../analysis/explore/responder.ts";
import { located } from "../analysis/setup.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { cacheFolder, findInstall, probeInputs } from "../host/paths.ts";
import type { Alike, ExplorerRow, FeatureQuery } from "../protocol/explore.ts";
import type { FeatureSummary } from "../protocol/feature.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { knownStores, soughtSae, storeFile } from "../scan/stores.ts";
import { StoreReader } from "../store/reader.ts";
import { withEngine } from "./engine.ts";
import { matchTable, summaryTable } from "./feature-text.ts";
import { searchByMeaning } from "./search-meaning.ts";
import { preparedFor } from "./search-setup.ts";

export interface SearchOptions {
  sae?: string;
  model?: string;
  store?: string;
  top: number;
  /** Example texts. */
  like?: string[];
  /** `SAE:INDEX` */
  alike?: string;
  alikeToken?: string;
  alikeModel?: string;
  /** What a label should mean. */
  meaning?: string;
  embeddingModel?: string;
  json?: boolean;
}

/** `steerscope search`: by words in a store, by what fires on texts, or by what labels mean. */
export async function searchCommand(words: string[], options: SearchOptions): Promise<void> {
  const query = queryOf(options);
  const ways = [words.length > 0, query?.like, query?.alike, query?.meaning].filter(Boolean);
  if (ways.length !== 1)
    throw new InvalidArgumentError(
      "Search by words, by --like, by --meaning, or by --alike or --alike-token: one of them.",
    );
  if (query) await searchByAnswers(query, options);
  else searchByWords(words.join(" "), options);
}

function searchByWords(words: string, { sae: named, store, top, json }: SearchOptions): void {
  const places = { cache: cacheFolder(), assets: findInstall(import.meta.url).assets };
  const sae = named === undefined ? null : soughtSae(located(named, process.cwd()), places);
  const stores = store ? [storeFile(store)] : knownStores(sae, places);
  const found: FeatureSummary[] = [];
  for (const path of stores) {
    const reader = StoreReader.open(path);
    try {
      found.push(...reader.search(words, top).filter((it) => sae === null || it.sae === sae.id));
    } finally {
      reader.close();
    }
  }
  const features = found.slice(0, top);
  if (stores.length === 0) console.error("There is no store to search; “steerscope scan” makes one.");
  if (json) print({ words, features });
  else console.log(features.length > 0 ? summaryTable(features) : "Nothing was found.");
}

async function searchByAnswers(query: FeatureQuery, options: SearchOptions): Promise<void> {
  const { meaning } = query;
  const { rows, note } = await withEngine((host) =>
    meaning ? searchByMeaning(meaning, options, host) : answersTo(query, options, host),
  );
  if (rows.length === 0 && meaning) console.error(note);
  if (options.json) print({ ...query, features: rows, note });
  else console.log(rows.length > 0 ? `${matchTable(rows)}\n\n${note}` : "Nothing was found.");
}

async function answersTo(
  query: FeatureQuery,
  { top, ...options }: SearchOptions,
  host: EngineHost,
): Promise<{ rows: ExplorerRow[]; note: string }> {
  const analyser = new Analyser(host, { skipBrokenSaes: false });
  const { assets } = findInstall(import.meta.url);
  const responder = new Responder(analyser, probeInputs(assets));
  const document = preparedFor(options);
  const description = await analyser.describeSetup(document);
  const catalogue = new Catalogue(description, new Map());
  let found: Found;
  let note =
    "Labels play no part: by log-likelihood ratio of firing on the texts against the known frequency.";
  if (query.like) {
    const { responses } = await responder.to(document, query.like.texts);
    found = { ...nothingFound, like: likeness(catalogue, responses) };
  } else {
    const { distances, note: restsOn } = await findAlike(responder, document, query.alike as Alike);
    found = { ...nothingFound, alike: catalogue.numbered(distances) };
    note = restsOn;
  }
  const latents = list(catalogue, complete(query, defaultSettings.hideAboveFrequency), found);
  const listed: FeatureList = { latents, found, notes: [] };
  return { rows: rowsOf(catalogue, listed, 0, top), note };
}

/** What is asked for beside words; null for nothing. */
function queryOf({ like, alike, alikeToken, alikeModel, meaning }: SearchOptions): FeatureQuery | null {
  const here = process.cwd();
  const model = alikeModel === undefined ? {} : { model: located(alikeModel, here) };
  const wanted: Alike[] = [];
  if (alike !== undefined) {
    const [, sae, index] = /^(.+):(\d+)$/.exec(alike) ?? [];
    if (sae === undefined) throw new InvalidArgumentError("--alike is SAE:INDEX, e.g. resid_post_3:12.");
    wanted.push({
      ...model,
      sae: alikeModel === undefined ? sae : located(sae, here),
      feature: Number(index),
    });
  }
  if (alikeToken !== undefined) wanted.push({ ...model, token: alikeToken });
  if (wanted.length > 1) throw new InvalidArgumentError("Name either --alike or --alike-token.");
  if (!like && !meaning?.trim() && wanted.length === 0) return null;
  return {
    ...(meaning?.trim() && { meaning: meaning.trim() }),
    ...(like && { like: { texts: like } }),
    ...(wanted[0] && { alike: wanted[0] }),
  };
}

function print(content: object): void {
  console.log(JSON.stringify({ schema: "steerscope.search/1", ...content }, null, 2));
}
