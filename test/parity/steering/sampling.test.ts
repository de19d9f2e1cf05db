import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Sampler } from "../../../server/src/engine/generate/sampler.ts";
import { mix } from "../../../server/src/engine/mix.ts";
import type { SamplingOptions } from "../../../server/src/protocol/steering.ts";

interface Case {
  options: Omit<SamplingOptions, "seed">;
  seen: number[];
  logits: number[];
  /** Null where a token cannot be chosen. */
  scores: (number | null)[];
}
const cases = JSON.parse(readFileSync(join(import.meta.dirname, "facts/sampling.json"), "utf8")) as Case[];

describe("scores as Transformers' logits processors give them", () => {
  it.each(
    cases.map((test, i) => [i, JSON.stringify(test.options), test] as const),
  )("%i: %s", (_i, _options, test) => {
    const sampler = new Sampler({ ...test.options, seed: 1 }, test.logits.length);
    const found = [...sampler.scores(Float32Array.from(test.logits), test.seen)];
    const wrong = found.flatMap((score, id) => {
      const expected = test.scores[id];
      const right =
        expected === null
          ? score === Number.NEGATIVE_INFINITY
          : Math.abs(score - expected) <= 1e-5 * Math.max(1, Math.abs(expected));
      return right ? [] : [`${id}: ${score} instead of ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it("cover ties at the cut, and cuts of every kind", () => {
    const cut = (of: (options: Case["options"]) => boolean) =>
      cases.filter(({ options, scores }) => of(options) && scores.includes(null)).length;
    expect(cut(({ topK }) => topK > 0)).toBeGreaterThan(3);
    expect(cut(({ topP }) => topP < 1)).toBeGreaterThan(3);
    expect(cut(({ minP }) => minP > 0)).toBeGreaterThan(3);
    const kept = cases.filter(({ options }) => options.topK === 7 && options.topP === 1);
    expect(kept.some(({ scores }) => scores.filter((it) => it !== null).length === 8)).toBe(true);
  });
});

describe("tokens drawn by hashes of seed, sample and step", () => {
  const draws = 20_000;
  const logits = Float32Array.from({ length: 12 }, (_, i) => Math.sin(7 * i) * 1.5);
  const options = { temperature: 0.8, topK: 10, topP: 1, minP: 0, repetitionPenalty: 1, seed: 7 };

  it.each([
    ["steps", (i: number) => mix(7, 0, i, 0)],
    ["samples", (i: number) => mix(7, i, 5, 0)],
    ["seeds", (i: number) => mix(i, 0, 5, 0)],
  ])("follow their probabilities over %s", (_name, number) => {
    const sampler = new Sampler(options, logits.length);
    const counts = new Float64Array(logits.length);
    for (let i = 0; i < draws; i++) counts[sampler.choose(logits, [], number(i) / 2 ** 53)]++;
    const weights = sampler.scores(logits, []).map(Math.exp);
    const total = weights.reduce((a, b) => a + b, 0);
    let chiSquare = 0;
    weights.forEach((weight, id) => {
      const expected = (draws * weight) / total;
      if (expected === 0) expect(counts[id]).toBe(0);
      else chiSquare += (counts[id] - expected) ** 2 / expected;
    });
    // 9 degrees of freedom: one seed in ten thousand would exceed it.
    expect(chiSquare).toBeLessThan(33.7);
  });
});
