import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EmbedTexts } from "../../../server/src/engine/embedding/embed-texts.ts";
import { Embedder } from "../../../server/src/engine/embedding/embedder.ts";
import { TextIds } from "../../../server/src/engine/embedding/text-ids.ts";

interface Fact {
  text: string;
  ids: number[];
  vector: number[];
}

function expectSame(vector: Float32Array, fact: number[]): void {
  const cosine = vector.reduce((sum, value, i) => sum + value * fact[i], 0);
  expect(cosine).toBeGreaterThanOrEqual(0.9999);
  expect(cosine).toBeLessThan(1.0001);
}

describe.each([
  ["bert-mean", "mean", 24],
  ["bert-cls", "cls", 40],
] as const)("%s against sentence-transformers", (name, pooling, longest) => {
  const folder = join(import.meta.dirname, "facts", name);
  const facts: Fact[] = JSON.parse(readFileSync(join(folder, "facts.json"), "utf8"));
  let embedder: Embedder;
  beforeAll(async () => {
    // The folder says how it pools; what would count without its word is another.
    const usual = pooling === "cls" ? "mean" : "cls";
    embedder = await Embedder.open({ folder, file: "onnx/model.onnx", pooling: usual }, 1);
  });
  afterAll(() => embedder.release());

  it("is pooled and cut off as its files say", () => {
    expect(embedder.pooling).toBe(pooling);
    expect(embedder.longest).toBe(longest);
    expect(Math.max(...facts.map(({ ids }) => ids.length))).toBe(longest);
  });

  it.each(
    facts.map((fact) => [JSON.stringify(fact.text).slice(0, 60), fact] as const),
  )("%s", async (_, fact) => {
    expect(TextIds.load(folder).of(fact.text)).toEqual(fact.ids);
    const [vector] = await embedder.embed([embedder.idsOf(fact.text)]);
    expectSame(vector, fact.vector);
  });

  it("the same where texts are run together", async () => {
    const work = new EmbedTexts({ texts: facts.map(({ text }) => text) });
    let steps = 1;
    let done = await work.step(embedder);
    for (; !done; steps++) done = await work.step(embedder);
    expect(steps).toBeLessThan(facts.length);
    const { vectors, width } = done;
    facts.forEach(({ vector }, i) => {
      expectSame(vectors.subarray(i * width, (i + 1) * width), vector);
    });
  });
});
