import { readdir } from "node:fs/promises";
import { join } from "node:path";

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
