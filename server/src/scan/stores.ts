import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { StoreReader } from "../store/reader.ts";

/** Where stores lie that nobody named. */
export interface StorePlaces {
  /** The user's cache folder, or what the setting `store` names. */
  cache: string;
  assets: string;
}

/** Name of a store inside a folder that was named, and beside an SAE. */
export const storeName = "features.sqlite";

/** The file that a user means by `--store`: a folder holds one under a name of its own. */
export function storeFile(named: string): string {
  const isFolder = statSync(named, { throwIfNoEntry: false })?.isDirectory() ?? extname(named) === "";
  return isFolder ? join(named, storeName) : named;
}

/** The store of a scan for which none is named. */
export function usualStore(model: string, saes: readonly string[] | null, { cache }: StorePlaces): string {
  const names = [model, ...(saes ?? ["default"])].map((name) => basename(name).replace(/[^\w.-]+/g, "-"));
  const hash = createHash("sha256")
    .update(JSON.stringify([model, saes]))
    .digest("hex");
  return join(cache, "stores", `${names.join("--").slice(0, 80)}-${hash.slice(0, 8)}.sqlite`);
}

/** The id that an SAE goes by in results. */
export function idOfSae(reference: string): string {
  const name = reference.replace(/@blocks\..+$/, "");
  return isAbsolute(name) ? basename(name.endsWith(".safetensors") ? dirname(name) : name) : name;
}

/** Stores that hold an SAE (all stores where none is given): beside the SAE first, then those that scans made unasked. */
export function knownStores(sae: string | null, places: StorePlaces): string[] {
  const beside = sae === null ? embeddedSaes(places) : [folderOfSae(sae, places)];
  const files = beside.map((folder) => join(folder, storeName)).filter((file) => existsSync(file));
  const folder = join(places.cache, "stores");
  const scanned = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sqlite")) : [];
  return [...files, ...scanned.sort().map((name) => join(folder, name))].filter(
    (file) => sae === null || holds(file, idOfSae(sae)),
  );
}

function embeddedSaes({ assets }: StorePlaces): string[] {
  const folder = join(assets, "tinytown", "saes");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function folderOfSae(sae: string, { assets }: StorePlaces): string {
  const name = sae.replace(/@blocks\..+$/, "");
  if (isAbsolute(name)) return name.endsWith(".safetensors") ? dirname(name) : name;
  return join(assets, "tinytown", "saes", name);
}

/** A file that is no store, or broken, holds nothing. */
function holds(file: string, sae: string): boolean {
  try {
    const store = StoreReader.open(file);
    const found = store.saes.some(({ id }) => id === sae);
    store.close();
    return found;
  } catch {
    return false;
  }
}
