import { EngineHost } from "../host/engine-host.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { defaultSettings } from "../protocol/settings.ts";

/** Lends the engine to a piece of work and ends its process afterwards. */
export async function withEngine<T>(work: (host: EngineHost) => Promise<T>): Promise<T> {
  const install = findInstall(import.meta.url);
  const { memoryBudgetMB, threads } = defaultSettings;
  const host = new EngineHost({
    module: install.engine,
    options: { memoryBudgetMB, threads, assets: install.assets, cache: cacheFolder() },
  });
  try {
    return await work(host);
  } finally {
    host.dispose();
  }
}
