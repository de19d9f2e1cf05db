import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the parts of an installed (or checked out) Steerscope lie. */
export interface InstallPaths {
  /** The engine's module. */
  engine: string;
  /** The language server's module. */
  server: string;
  /** The module of the threads that train probes. */
  probeWorker: string;
  /** Folder with the embedded model and SAEs. */
  assets: string;
}

/**
 * Finds the installation around a module: the nearest folder above it with a package.json, in the packaged extension as in
 * a checkout.
 *
 * `STEERSCOPE_ENGINE_MODULE` names another engine; the protocol tests use it to run the real server on an engine that can
 * be told to crash.
 *
 * @param from `import.meta.url` of the module that asks.
 */
export function findInstall(from: string): InstallPaths {
  const start = dirname(fileURLToPath(from));
  let root = start;
  while (!existsSync(join(root, "package.json")) && dirname(root) !== root) root = dirname(root);
  return {
    engine: process.env.STEERSCOPE_ENGINE_MODULE || join(root, "dist", "engine.js"),
    server: join(root, "dist", "server.js"),
    probeWorker: join(root, "dist", "probe-worker.js"),
    assets: join(root, "assets"),
  };
}

/** The fixed inputs that latents are compared by, one a line; another list makes other distances. */
export function probeInputs(assets: string): string {
  return join(assets, "inputs", "probe-inputs.txt");
}

/** Folder for what Steerscope works out once and keeps (calibrations): the platform's own cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.STEERSCOPE_CACHE) return env.STEERSCOPE_CACHE;
  if (platform === "win32") {
    return join(env.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "steerscope", "cache");
  }
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "steerscope");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "steerscope");
}
