import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { cachedSnapshot } from "./models.ts";

export interface SaeLocation {
  /** The name the user gave, as short as it can be while no other SAE of the set-up has it. */
  id: string;
  path: string;
  /** Hook point given as `S@HOOK`. */
  hook?: string;
}

/** Folder with the SAEs that ship with a model. */
const embeddedFolder = (assets: string) => join(assets, "tinytown", "saes");

/**
 * Finds an SAE: an embedded id, a folder, a weights file, or a Hub id with a path in the local cache; paths are absolute,
 * as in {@link modelFolder}.
 */
function locateSae(reference: string, assets: string): SaeLocation {
  const at = /@(blocks\..+)$/.exec(reference);
  const name = at ? reference.slice(0, at.index) : reference;
  const hook = at?.[1];
  const embedded = join(embeddedFolder(assets), name);
  if (/^[\w.-]+$/.test(name) && existsSync(join(embedded, "cfg.json")))
    return { id: name, path: embedded, hook };
  if (isAbsolute(name) && existsSync(name)) {
    const folder = name.endsWith(".safetensors") ? dirname(name) : name;
    return { id: basename(folder), path: name, hook };
  }
  return { id: name, path: cachedSnapshot(name, "sae"), hook };
}

/** Finds all SAEs of a set-up. Two that would be called the same are told apart by their hook points or folders. */
export function locateSaes(references: string[], assets: string): SaeLocation[] {
  const found = references.map((reference) => locateSae(reference, assets));
  const longer: ((it: SaeLocation) => string)[] = [
    (it) => (it.hook ? `${it.id}@${it.hook}` : it.id),
    (it) => (it.hook ? `${it.path}@${it.hook}` : it.path),
  ];
  let ids = found.map((it) => it.id);
  for (const name of longer) {
    const clashes = ids.map((id) => ids.indexOf(id) !== ids.lastIndexOf(id));
    ids = ids.map((id, i) => (clashes[i] ? name(found[i]) : id));
  }
  return found.map((it, i) => ({ ...it, id: ids[i] }));
}

/** Of the embedded SAEs the one that is taken unasked: one layer keeps hovers short; the others go by their ids. */
const taken = "resid_post_3";

/** The SAEs taken when none are named: the embedded model's middle layer, none for any other model. */
export function defaultSaes(model: string, assets: string): string[] {
  const shipped = existsSync(join(embeddedFolder(assets), taken, "cfg.json"));
  return model === "tinytown" && shipped ? [taken] : [];
}
