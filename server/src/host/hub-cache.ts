import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** The Hugging Face cache that Python and Steerscope share (`HF_HUB_CACHE`, else `HF_HOME/hub`). */
export function hubCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HF_HUB_CACHE) return env.HF_HUB_CACHE;
  if (env.HF_HOME) return join(env.HF_HOME, "hub");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface", "hub");
}

/** Ids (`owner/name`) of the models in a Hub cache that have a config.json and safetensors weights, in order. */
export async function cachedModels(cache: string): Promise<string[]> {
  const entries = await readdir(cache).catch((): string[] => []);
  const models: string[] = [];
  for (const entry of entries) {
    if (!entry.startsWith("models--")) continue;
    const snapshots = join(cache, entry, "snapshots");
    for (const revision of await readdir(snapshots).catch((): string[] => [])) {
      const files = await readdir(join(snapshots, revision)).catch((): string[] => []);
      if (files.includes("config.json") && files.some((file) => file.endsWith(".safetensors"))) {
        models.push(entry.slice("models--".length).replaceAll("--", "/"));
        break;
      }
    }
  }
  return models.sort();
}
