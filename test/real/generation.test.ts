import { join } from "node:path";
import { expect, it } from "vitest";
import { asked, never, sha256 } from "../parity/steering/engine.ts";
import { readGeneration, wrongContinuation } from "../parity/steering/generation-facts.ts";
import { realEngine } from "./engine.ts";
import { modelFolder } from "./material.ts";

// Facts: Transformers, greedily, in f32 (test/parity/steering/make_generation.py).
const model = modelFolder();
const { weights, written } = readGeneration(join(import.meta.dirname, "generation.json"));
const service = realEngine();

it("the facts are of this model", () => {
  expect(sha256(join(model, "model.safetensors"))).toBe(weights);
});

it.each(written.map((fact, i) => [i, fact] as const))("SmolLM2 continues prompt %i", async (_, fact) => {
  const params = asked({ model, messages: fact.messages, maxTokens: 100 });
  const generated = await service.generate(
    params,
    () => {},
    () => {},
    never,
  );
  expect(wrongContinuation(generated, fact)).toEqual([]);
});
