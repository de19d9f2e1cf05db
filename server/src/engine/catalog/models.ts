import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { hubCacheFolder } from "../../hub/cache-folder.ts";
import { EngineError } from "../errors.ts";

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Splits `owner/name[@revision][/path…]`; null where the text is no Hub id. */
function parseHubId(text: string) {
  const match = /^(\w[\w.-]*\/\w[\w.-]*)(?:@(\w[\w.-]*))?((?:\/\w[\w.-]*)*)$/.exec(text);
  return match && { id: match[1], revision: match[2] ?? "main", path: match[3] };
}

const wanted = {
  model: "config.json, tokenizer.json, tokenizer_config.json and the .safetensors files",
  sae: "cfg.json and sae_weights.safetensors",
};

/**
 * The folder of a Hub repository in the local cache; nothing is downloaded.
 * @throws EngineError `hub-not-cached` naming where the files are wanted
 */
export function cachedSnapshot(text: string, subject: "model" | "sae"): string {
  const hub = parseHubId(text);
  if (!hub)
    throw new EngineError({
      code: `${subject}-not-found`,
      message: `There is no folder ${text}, and it is no Hub id of the form owner/name.`,
      remedy:
        subject === "model"
          ? "Use tinytown, a folder with config.json, or a Hub id."
          : "Use a folder with cfg.json, or a Hub id with a path.",
      subject,
      path: text,
    });
  const base = join(hubCacheFolder(), `models--${hub.id.replace("/", "--")}`);
  const ref = join(base, "refs", hub.revision);
  const revision = existsSync(ref) ? readFileSync(ref, "utf8").trim() : hub.revision;
  const folder = join(base, "snapshots", revision, hub.path);
  if (isFolder(folder)) return folder;
  throw new EngineError({
    code: "hub-not-cached",
    message: `${text} is not in the local Hub cache: there is no ${folder}.`,
    remedy: `Put ${wanted[subject]} there, or name another folder that holds them; Steerscope downloads nothing.`,
    subject,
    path: base,
  });
}

/**
 * Folder of a model: the embedded one, a folder, or a Hub id that the cache holds. Only an absolute path is a folder: what
 * folder the engine runs in must not decide what an untrusted file can load.
 */
export function modelFolder(model: string, assets: string): string {
  if (model === "tinytown") return join(assets, "tinytown", "model");
  return isAbsolute(model) && isFolder(model) ? model : cachedSnapshot(model, "model");
}
