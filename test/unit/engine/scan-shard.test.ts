import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { modelFolder } from "../../../server/src/engine/catalog/models.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { openResiduals } from "../../../server/src/engine/models/residuals.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import type { ScanShardParams } from "../../../server/src/protocol/scan.ts";
import { generate } from "../../../server/src/tinytown/index.ts";
import { relativeError } from "../../parity/models/facts.ts";

const assets = join(resolve(import.meta.dirname, "../../.."), "assets");
const cache = mkdtempSync(join(tmpdir(), "steerscope-shard-"));
afterAll(() => rmSync(cache, { recursive: true }));

const newService = () => new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache });
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const documents = [...generate({ n: 12, seed: 4, split: "train" })].map(({ text }, number) => ({
  number,
  messages: [{ role: null, text }],
}));
const shard: ScanShardParams = { ...setup, shard: 0, documents, context: 48, maxTokens: null, seed: 1 };
const never = { isCancellationRequested: false };
const quiet = () => {};

it("a shard's result is the same whoever computes it, and however often", async () => {
  const service = newService();
  const first = await service.scanShard(shard, quiet, never);
  expect(await service.scanShard(shard, quiet, never)).toEqual(first);
  expect(await newService().scanShard(shard, quiet, never)).toEqual(first);
  expect(Math.max(...first.windows.rows.map((row, w) => (w > 0 ? row - first.windows.rows[w - 1] : 0)))).toBe(
    48,
  );
  const [sae] = first.saes;
  expect(sae.tokens + sae.outside).toBe(first.tokens);
  // It was not trained on the first token of a text.
  expect(sae.outside).toBeGreaterThanOrEqual(first.windows.document.length);
  expect(sae.latents.length).toBeGreaterThan(50);
});

it("ends exactly where its tokens end", async () => {
  const service = newService();
  const { tokens, windows } = await service.scanShard({ ...shard, maxTokens: 100 }, quiet, never);
  expect(tokens).toBe(100);
  expect(windows.ids.length).toBe(100);
});

it("is interrupted by what is asked meanwhile, and by being cancelled", async () => {
  const service = newService();
  await service.scanShard({ ...shard, maxTokens: 48 }, quiet, never);
  const order: string[] = [];
  const cancel = { isCancellationRequested: false };
  const scanning = service
    .scanShard({ ...shard, documents: Array(50).fill(documents).flat() }, quiet, cancel)
    .catch((error) => {
      order.push("scan");
      return error;
    });
  const messages = [{ role: null, text: "The rain fell." }];
  await service.analyse({ ...setup, key: "a", messages }, quiet, never);
  order.push("analysis");
  cancel.isCancellationRequested = true;
  expect(await scanning).toBeInstanceOf(Cancelled);
  expect(order).toEqual(["analysis", "scan"]);
});

it("activations are those of the whole model", async () => {
  const model = await Model.open(modelFolder("tinytown", assets), { device: "cpu", threads: 1 });
  const hooks = ["blocks.3.hook_resid_post", "blocks.2.attn.hook_z", "blocks.1.hook_resid_pre"];
  const residuals = await openResiduals(model, hooks, { device: "cpu", threads: 1 });
  const ids = Int32Array.from({ length: 40 }, (_, i) => 5 + ((i * 37) % 2000));
  const found = await residuals.read(ids);
  const { captures } = await model.forward(ids, { capture: hooks });
  for (const hook of hooks) expect(relativeError(found.get(hook)!, captures.get(hook)!)).toBeLessThan(1e-5);
  await expect(residuals.read(Int32Array.of(1, 99_999))).rejects.toThrow(/token id 99999/);
  await residuals.release();
  await model.release();
});

it("a latent that the SAE does not have is named", async () => {
  const asked = { ...setup, sae: 0, from: 100_000, to: 100_001 };
  await expect(newService().featureWeights(asked, quiet)).rejects.toThrow(/has no latent 100000/);
});
