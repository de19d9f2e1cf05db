import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decoder } from "../../server/src/engine/decode/decoder.ts";
import { openDecoder } from "../../server/src/engine/decode/loading.ts";
import { LoadedModel } from "../../server/src/engine/setups/loaded-model.ts";
import { LoadedSetup } from "../../server/src/engine/setups/loaded-setup.ts";
import { assets, sha256 } from "../parity/steering/engine.ts";
import { readOperations, Steered } from "../parity/steering/operations-harness.ts";
import { neutralEdits, sameBits } from "../parity/steering/operations-neutral.ts";
import { modelFolder, saeFolder } from "./material.ts";

// Facts: Transformers with forward hooks and SAELens, in f32 (test/parity/steering/make_operations.py).
const stored = readOperations(join(import.meta.dirname, "operations"));
const model = modelFolder();
const cache = mkdtempSync(join(tmpdir(), "steerscope-steering-"));

describe("SmolLM2 with a jumprelu and a topk SAE", () => {
  let setup: LoadedSetup;
  let steered: Steered;
  let decoder: Decoder;
  beforeAll(async () => {
    const options = { memoryBudgetMB: 4096, threads: 2, assets, cache };
    const asked = { model, saes: stored.saes.map(({ id }) => saeFolder(id)), device: "cpu" as const };
    const loaded = await LoadedModel.open(asked, options, new Map());
    setup = await LoadedSetup.open(asked, loaded, options, { log: () => {}, measuring: () => {} }, 0);
    steered = new Steered(setup, stored.text);
    decoder = await openDecoder(setup.model, 2);
  });
  afterAll(async () => {
    decoder?.close();
    await steered?.release();
    await setup?.release();
    await setup?.loaded.release();
    rmSync(cache, { recursive: true, force: true });
  });

  it("is the model that the facts were made with", () => {
    expect([sha256(join(model, "model.safetensors"))]).toEqual(stored.weights);
  });

  it.each(stored.cases)("$name", async ({ name, edits }) => {
    expect(await steered.wrong(stored, edits, name, "in one pass")).toBeNull();
    expect(await steered.wrong(stored, edits, name, decoder)).toBeNull();
  });

  it("edits that change nothing give the model's own logits, bit for bit", async () => {
    const { logits } = await steered.logits([], true);
    const hooks = setup.saes.map(({ sae }) => sae.hook);
    for (const [name, edits] of neutralEdits(hooks, setup.model.config.dModel))
      expect(sameBits((await steered.logits(edits, true)).logits, logits), name).toBe(true);
  });
});
