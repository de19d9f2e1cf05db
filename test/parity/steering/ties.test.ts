import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openDecoder } from "../../../server/src/engine/decode/loading.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import type { SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { worstRow } from "../models/facts.ts";
import { everywhere, onCpu } from "./engine.ts";
import { readOperations, Steered, tinySetup } from "./operations-harness.ts";

const parity = resolve(import.meta.dirname, "..");
const stored = readOperations(
  join(parity, "steering/facts/operations/llama-gqa-f32-topk-layer_norm-bdec-rescale-float32"),
);
const scratch = mkdtempSync(join(tmpdir(), "steerscope-ties-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy of the facts' SAE in which every other latent is its neighbour once more, and an odd number of them is kept. */
function twins(): string {
  const folder = join(scratch, "twins");
  cpSync(join(parity, "saes/facts", stored.saes[0].id), folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder, "cfg.json"), "utf8"));
  writeFileSync(join(folder, "cfg.json"), JSON.stringify({ ...config, k: 13 }));
  const file = join(folder, "sae_weights.safetensors");
  const bytes = readFileSync(file);
  const base = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, base).toString());
  const copy = (name: string, from: number, to: number) => {
    const at = base + header[name].data_offsets[0];
    bytes.copyWithin(at + 4 * to, at + 4 * from, at + 4 * from + 4);
  };
  const [d, width] = header.W_enc.shape;
  for (let latent = 0; latent < width; latent += 2) {
    copy("b_enc", latent, latent + 1);
    for (let i = 0; i < d; i++) {
      copy("W_enc", i * width + latent, i * width + latent + 1);
      copy("W_dec", latent * d + i, (latent + 1) * d + i);
    }
  }
  writeFileSync(file, bytes);
  return folder;
}

it("of two equal latents at a top-k SAE's last place one fires, by the graph as by the kernels", async () => {
  const model = await Model.open(join(parity, "models/facts", stored.model), onCpu);
  const { hook } = stored.saes[0];
  const sae = await Sae.open(twins(), { ...onCpu, hook });
  const steered = new Steered(tinySetup(model, [sae], stored), stored.text);
  const decoder = await openDecoder(model, 1);
  const edits = Array.from(
    { length: sae.config.width },
    (_, latent): SteeringEdit => ({
      hook,
      operation: "scale",
      directions: [{ direction: { kind: "latent", sae: 0, latent }, weight: 1 }],
      amount: 5,
      unit: "raw",
      onlyFiring: false,
      where: { ...everywhere, first: true },
      when: [],
    }),
  );
  const byGraph = (await steered.logits(edits)).logits;
  const byKernels = await steered.logitsByKernels(decoder, edits);
  expect(worstRow(byGraph, byKernels, model.config.vocabulary).error).toBeLessThan(1e-4);
  decoder.close();
  for (const it of [steered, sae, model]) await it.release();
});
