import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import type { ModelInfo, SaeInfo } from "../protocol/engine.ts";
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

/** An SAE that a store is sought for. */
export interface SoughtSae {
  id: string;
  /** Its folder, where that is known without asking the engine. */
  folder: string | null;
  /** What else must fit, where it is known. */
  hook?: string;
  width?: number;
  model?: string;
}

/** What an SAE of a set-up seeks. */
export function soughtOf(
  model: Pick<ModelInfo, "id">,
  { id, path: folder, hook, width }: Pick<SaeInfo, "id" | "path" | "hook" | "width">,
): SoughtSae {
  return { id, folder, hook, width, model: model.id };
}

/** What a reference on the command line seeks. */
export function soughtSae(reference: string, { assets }: StorePlaces): SoughtSae {
  const id = idOfSae(reference);
  const name = reference.replace(/@blocks\..+$/, "");
  const folder = isAbsolute(name)
    ? name.endsWith(".safetensors")
      ? dirname(name)
      : name
    : join(embedded(assets), name);
  return { id, folder, hook: /@(blocks\..+)$/.exec(reference)?.[1] };
}

/**
 * Files of stores that hold an SAE (all there are where none is given): beside the SAE first, then those that scans made
 * unasked, and last the one that ships with the embedded SAEs: what users scanned themselves counts over it.
 */
export function knownStores(sae: SoughtSae | null, { cache, assets }: StorePlaces): string[] {
  const beside = sae?.folder ? [join(sae.folder, storeName)] : [];
  const folder = join(cache, "stores");
  const scanned = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sqlite")) : [];
  const own = scanned.sort().map((name) => join(folder, name));
  return [...beside, ...own, join(assets, "tinytown", storeName)].filter(
    (file) => existsSync(file) && (sae === null || holds(file, sae)),
  );
}

const embedded = (assets: string) => join(assets, "tinytown", "saes");

/** Which of a store's SAEs is meant; −1 where none is. */
export function indexOfSae({ saes, identity }: StoreReader, sae: SoughtSae): number {
  // A model that is named by its folder has another path on another machine.
  if (sae.model !== undefined && basename(sae.model) !== basename(identity.model.id)) return -1;
  return saes.findIndex(
    ({ id, hook, width }) => id === sae.id && hook === (sae.hook ?? hook) && width === (sae.width ?? width),
  );
}

/** A file that is no store, or broken, holds nothing. */
function holds(file: string, sae: SoughtSae): boolean {
  try {
    const store = StoreReader.open(file);
    const found = indexOfSae(store, sae) >= 0;
    store.close();
    return found;
  } catch {
    return false;
  }
}
