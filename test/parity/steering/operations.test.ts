import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import { openDecoder } from "../../../server/src/engine/decode/loading.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { LoadedModel } from "../../../server/src/engine/setups/loaded-model.ts";
import { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { assets, onCpu, sha256 } from "./engine.ts";
import { readOperations, Steered, tinySetup } from "./operations-harness.ts";
import { neutralEdits, sameBits } from "./operations-neutral.ts";

const parity = resolve(import.meta.dirname, "..");
const facts = join(import.meta.dirname, "facts/operations");
const names = readdirSync(facts).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));

it("facts are there for both families and every way to normalise and to fire", () => {
  const parts = ["llama", "gpt2", "jumprelu", "topk", "standard", "layer_norm", "constant_norm", "-rescale"];
  for (const part of [...parts, "nobdec", "tinytown"])
    expect(names.filter((name) => name.includes(part))).not.toEqual([]);
});

describe.each(
  names.filter((name) => name !== "tinytown"),
)("%s, as Transformers and SAELens have it", (name) => {
  const stored = readOperations(join(facts, name));
  let model: Model;
  let saes: Sae[] = [];
  let steered: Steered;
  let decoder: Decoder | null = null;
  beforeAll(async () => {
    model = await Model.open(join(parity, "models/facts", stored.model), onCpu);
    saes = [];
    for (const { id, hook } of stored.saes)
      saes.push(await Sae.open(join(parity, "saes/facts", id), { ...onCpu, hook }));
    steered = new Steered(tinySetup(model, saes, stored), stored.text);
    // GPT-2 has no kernels.
    if (model.config.family === "llama") decoder = await openDecoder(model, 2);
  });
  afterAll(async () => {
    decoder?.close();
    for (const it of [...saes, steered, model]) await it?.release();
  });

  it.each(stored.cases)("$name", async (test) => {
    expect(await steered.wrong(stored, test.edits, test.name, "by token")).toBeNull();
    if (decoder) expect(await steered.wrong(stored, test.edits, test.name, decoder)).toBeNull();
    if (test.edits.some(({ when }) => when.some(({ release }) => release !== undefined))) return;
    expect(await steered.wrong(stored, test.edits, test.name, "in one pass")).toBeNull();
  });
});

describe("the embedded model, as Transformers and SAELens have it", () => {
  const stored = readOperations(join(facts, "tinytown"));
  const folder = (id: string) => join(assets, "tinytown/saes", id);
  const cache = mkdtempSync(join(tmpdir(), "steerscope-steering-"));
  let setup: LoadedSetup;
  let steered: Steered;
  let decoder: Decoder;
  beforeAll(async () => {
    const options = { memoryBudgetMB: 4096, threads: 1, assets, cache };
    const asked = {
      model: "tinytown",
      saes: stored.saes.map(({ id }) => folder(id)),
      device: "cpu" as const,
    };
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

  it("is the one that the facts were made with", () => {
    const files = [
      join(assets, "tinytown/model/model.safetensors"),
      ...stored.saes.map(({ id }) => join(folder(id), "sae_weights.safetensors")),
    ];
    expect(files.map(sha256), "made anew: run test/parity/steering/make_operations.py").toEqual(
      stored.weights,
    );
  });

  it.each(stored.cases)("$name", async ({ name, edits }) => {
    expect(await steered.wrong(stored, edits, name, "by token")).toBeNull();
    expect(await steered.wrong(stored, edits, name, decoder)).toBeNull();
  });

  it("edits that change nothing give the model's own logits, bit for bit", async () => {
    const hooks = setup.saes.map(({ sae }) => sae.hook);
    const { logits } = await steered.logits([]);
    const byKernels = await steered.logitsByKernels(decoder, []);
    for (const [name, edits] of neutralEdits(hooks, setup.model.config.dModel)) {
      expect(sameBits((await steered.logits(edits)).logits, logits), name).toBe(true);
      expect(sameBits(await steered.logitsByKernels(decoder, edits), byKernels), `${name}, kernels`).toBe(
        true,
      );
    }
  });
});
