import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { cachedSnapshot } from "../../../server/src/engine/catalog/models.ts";
import { cachedModels } from "../../../server/src/host/hub-cache.ts";
import { hubCacheFolder } from "../../../server/src/hub/cache-folder.ts";

const before = { ...process.env };
afterEach(() => {
  for (const name of ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

it.each([
  [{ HF_HUB_CACHE: "/a", HF_HOME: "/b", XDG_CACHE_HOME: "/c" }, "/a"],
  [{ HF_HUB_CACHE: "", HF_HOME: "/b", XDG_CACHE_HOME: "/c" }, "/b/hub"],
  [{ HF_HOME: "", XDG_CACHE_HOME: "/c" }, "/c/huggingface/hub"],
  [{ XDG_CACHE_HOME: "" }, join(homedir(), ".cache/huggingface/hub")],
  [{}, join(homedir(), ".cache/huggingface/hub")],
  [{ HF_HOME: "~/hf" }, join(homedir(), "hf/hub")],
])("with %j the cache is %s", (env, folder) => {
  expect(hubCacheFolder(env)).toBe(folder);
});

it("what the server lists, the engine finds", async () => {
  const cache = mkdtempSync(join(tmpdir(), "steerscope-hub-"));
  Object.assign(process.env, { HF_HUB_CACHE: "", HF_HOME: "", XDG_CACHE_HOME: cache });
  const repository = join(cache, "huggingface/hub/models--town--tiny");
  const snapshot = join(repository, "snapshots/abc");
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(repository, "refs"));
  writeFileSync(join(repository, "refs/main"), "abc\n");
  for (const name of ["config.json", "model.safetensors"]) writeFileSync(join(snapshot, name), "");
  expect(await cachedModels(hubCacheFolder())).toEqual(["town/tiny"]);
  expect(cachedSnapshot("town/tiny", "model")).toBe(snapshot);
  expect(() => cachedSnapshot("town/other", "model")).toThrow(
    join(cache, "huggingface/hub/models--town--other/snapshots/main"),
  );
  expect(() => cachedSnapshot("town/other", "model")).toThrow("tokenizer.json");
  expect(() => cachedSnapshot("town/saes/layer3", "sae")).toThrow(/snapshots.main.layer3.*cfg\.json/);
});
