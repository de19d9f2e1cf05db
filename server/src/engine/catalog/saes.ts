import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cachedSnapshot } from "./models.ts";

export interface SaeLocation {
  /** The name the user gave. */
  id: string;
  path: string;
  /** Hook point given as `S@HOOK`. */
  hook?: string;
}

/** Folder with the SAEs that ship with a model. */
const embeddedFolder = (assets: string) => join(assets, "tinytown", "saes");

/** Finds an SAE: an embedded id, a folder, a weights file, or a Hub id with a path in the local cache. */
export function locateSae(reference: string, assets: string): SaeLocation {
  const at = /@(blocks\..+)$/.exec(reference);
  const name = at ? reference.slice(0, at.index) : reference;
  const hook = at?.[1];
  const embedded = join(embeddedFolder(assets), name);
  if (/^[\w.-]+$/.test(name) && existsSync(join(embedded, "cfg.json")))
    return { id: name, path: embedded, hook };
  const path = resolve(name);
  if (existsSync(path)) {
    const id = path.endsWith(".safetensors") ? basename(dirname(path)) : basename(path);
    return { id, path, hook };
  }
  return { id: name, path: cachedSnapshot(name, "sae"), hook };
}

/** The SAEs taken when none are named: those that ship with the embedded model, none for any other. */
export function defaultSaes(model: string, assets: string): string[] {
  const folder = embeddedFolder(assets);
  if (model !== "tinytown" || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "cfg.json")))
    .sort();
}
