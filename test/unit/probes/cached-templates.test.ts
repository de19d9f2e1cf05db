import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import { ActivationCache } from "../../../server/src/probes/activations/cache.ts";
import { readRows } from "../../../server/src/probes/activations/rows.ts";
import type { ProbeReading, ProbeText } from "../../../server/src/protocol/probes.ts";

const assets = join(import.meta.dirname, "../../../assets");
const folder = mkdtempSync(join(tmpdir(), "steerscope-templates-"));
const model = join(folder, "model");
const config = join(model, "tokenizer_config.json");
beforeAll(() => cpSync(join(assets, "tinytown/model"), model, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache: folder });
const quiet = () => {};
let collected = 0;
const host = {
  describe: (setup: Parameters<EngineService["describe"]>[0]) => service.describe(setup, quiet),
  identify: (setup: Parameters<EngineService["identify"]>[0]) => service.identify(setup, quiet),
  collect: (params: Parameters<EngineService["collect"]>[0]) => {
    collected++;
    return service.collect(params, quiet, { isCancellationRequested: false });
  },
};
const text: ProbeText = { messages: [{ role: "user", text: "Who lives here?" }], span: null };
const reading: ProbeReading = {
  source: { kind: "hook", hook: "blocks.1.hook_resid_post" },
  position: "last",
};

async function rows(): Promise<{ values: Float32Array; sha256: string }> {
  const setup = { model, saes: [], device: "cpu" as const };
  const cache = await ActivationCache.open(host, setup, join(folder, "activations"), quiet);
  await cache.fill([text], [reading], quiet);
  const { values } = readRows(cache.rowsOf([text], reading), [0]).x;
  return { values, sha256: cache.identity.model.sha256 };
}

it("activations read through another chat template are not those of before, and stores stay the model's", async () => {
  const before = await rows();
  expect((await rows()).values).toEqual(before.values);
  expect(collected).toBe(1);
  const json = JSON.parse(readFileSync(config, "utf8"));
  // The same words, and others behind them: only what is written out changes.
  writeFileSync(config, JSON.stringify({ ...json, chat_template: `${json.chat_template}\n\nWell,` }));
  const after = await rows();
  expect(collected).toBe(2);
  expect(after.values).not.toEqual(before.values);
  expect(after.sha256).toBe(before.sha256);
  writeFileSync(join(model, "chat_template.jinja"), json.chat_template);
  expect((await rows()).values).toEqual(before.values);
  expect(collected).toBe(3);
});
