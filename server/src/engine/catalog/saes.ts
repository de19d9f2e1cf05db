import { existsSync } from "node:fs";
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

/** Of the embedded SAEs the one that is taken unasked: one layer keeps hovers short; the others go by their ids. */
const taken = "resid_post_3";

/** The SAEs taken when none are named: the embedded model's middle layer, none for any other model. */
export function defaultSaes(model: string, assets: string): string[] {
  const shipped = existsSync(join(embeddedFolder(assets), taken, "cfg.json"));
  return model === "tinytown" && shipped ? [taken] : [];
}
