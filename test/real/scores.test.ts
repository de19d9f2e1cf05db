import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realEngine } from "./engine.ts";
import { layer8, layer15, modelFolder, saeFolder } from "./material.ts";

// Facts: Transformers in f32 and SAELens, a whole pass for each score (make_scores.py).
const { texts, saes } = JSON.parse(readFileSync(join(import.meta.dirname, "scores.json"), "utf8")) as {
  texts: string[];
  saes: Record<string, { latents: number[]; maxima: number[]; output: number[][] }>;
};
const service = realEngine();

test.each([layer15, layer8])("output scores of %s", async (name) => {
  const { latents, maxima, output } = saes[name];
  const setup = { model: modelFolder(), saes: [saeFolder(name)], device: "cpu" as const };
  const found = await service.featureScores(
    { ...setup, sae: 0, features: Int32Array.from(latents) },
    () => {},
    { isCancellationRequested: false },
  );
  expect(found.prompts.map(({ text }) => text)).toEqual(texts);
  for (const [p, { maxActivation }] of found.prompts.entries())
    expect(Math.abs(maxActivation / maxima[p] - 1), texts[p]).toBeLessThan(1e-4);
  const wrong = output.flat().flatMap((value, i) => {
    const isRight = Math.abs(found.output[i] - value) <= 1e-4 * Math.max(1e-3, value);
    return isRight ? [] : [`${i}: ${found.output[i]} instead of ${value}`];
  });
  expect(wrong).toEqual([]);
});
