import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { LoadedModel } from "../../../server/src/engine/setups/loaded-model.ts";
import { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { assets } from "./engine.ts";
import { readOperations, Steered } from "./operations-harness.ts";
import { neutralEdits, sameBits } from "./operations-neutral.ts";

vi.mock("onnxruntime-node", async () => (await import("../models/on-accelerator.ts")).withoutAccelerator());

const stored = readOperations(join(import.meta.dirname, "facts/operations/tinytown"));
const cache = mkdtempSync(join(tmpdir(), "steerscope-accelerator-"));
let setup: LoadedSetup;
let steered: Steered;
beforeAll(async () => {
  const options = { memoryBudgetMB: 4096, threads: 1, assets, cache };
  const saes = stored.saes.map(({ id }) => join(assets, "tinytown/saes", id));
  const asked = { model: "tinytown", saes, device: "webgpu" as const };
  const loaded = await LoadedModel.open(asked, options, new Map());
  setup = await LoadedSetup.open(asked, loaded, options, { log: () => {}, measuring: () => {} }, 0);
  steered = new Steered(setup, stored.text);
});
afterAll(async () => {
  await steered?.release();
  await setup?.release();
  await setup?.loaded.release();
  rmSync(cache, { recursive: true, force: true });
});

it("the embedded model is written for an accelerator", () =>
  expect(setup.description.model.device).toBe("webgpu"));

it.each(stored.cases)("$name", async ({ name, edits }) => {
  expect(await steered.wrong(stored, edits, name, "by token")).toBeNull();
});

it("edits that change nothing give the model's own logits, bit for bit", async () => {
  const hooks = setup.saes.map(({ sae }) => sae.hook);
  const { logits } = await steered.logits([]);
  for (const [name, edits] of neutralEdits(hooks, setup.model.config.dModel))
    expect(sameBits((await steered.logits(edits)).logits, logits), name).toBe(true);
});
