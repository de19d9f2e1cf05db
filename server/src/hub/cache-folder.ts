import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The Hugging Face cache that Python and Steerscope share, found as huggingface_hub finds it: `HF_HUB_CACHE`, else
 * `HF_HOME/hub`, else `XDG_CACHE_HOME/huggingface/hub`, else `~/.cache/huggingface/hub`. An empty variable counts as none.
 */
export function hubCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HF_HUB_CACHE) return atHome(env.HF_HUB_CACHE);
  if (env.HF_HOME) return join(atHome(env.HF_HOME), "hub");
  return join(atHome(env.XDG_CACHE_HOME || "~/.cache"), "huggingface", "hub");
}

function atHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
