import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asked, assets, engine, never, sha256 } from "./engine.ts";
import { readGeneration, wrongContinuation } from "./generation-facts.ts";

const { weights, written } = readGeneration(join(import.meta.dirname, "facts/generation.json"));
const service = engine();

describe("greedy generation by Transformers in f32, 100 tokens", () => {
  it("is of this model", () => {
    const now = sha256(join(assets, "tinytown/model/model.safetensors"));
    expect(now, "tinytown was trained anew: run test/parity/steering/make_generation.py").toBe(weights);
    expect(written.filter(({ messages }) => messages[0].role !== null).length).toBeGreaterThan(3);
    expect(written.filter(({ messages }) => messages[0].role === null).length).toBeGreaterThan(3);
  });

  it.each(written.map((fact, i) => [i, fact] as const))("prompt %i", async (_, fact) => {
    const maxTokens = fact.stopped ? fact.ids.length + 10 : fact.ids.length;
    const params = asked({ messages: fact.messages, maxTokens });
    const generated = await service.generate(
      params,
      () => {},
      () => {},
      never,
    );
    expect(wrongContinuation(generated, fact)).toEqual([]);
  });
});
