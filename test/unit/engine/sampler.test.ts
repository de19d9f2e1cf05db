import { describe, expect, it } from "vitest";
import { Sampler } from "../../../server/src/engine/generate/sampler.ts";
import type { SamplingOptions } from "../../../server/src/protocol/steering.ts";

const plain: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
const sampler = (more: Partial<SamplingOptions>, size = 4) => new Sampler({ ...plain, ...more }, size);
const kept = (scores: Float64Array) =>
  [...scores].flatMap((score, id) => (score === Number.NEGATIVE_INFINITY ? [] : [id]));
const logits = Float32Array.of(1, 3, 3, -2);

describe("a sampler", () => {
  it("takes greedily the first of the likeliest, whatever else is asked", () => {
    expect(sampler({ temperature: 0, topK: 1, topP: 0.1, minP: 1 }).choose(logits, [], 0.999)).toBe(1);
  });

  it("weakens greedily what was there before, also where its logit is negative", () => {
    const it = sampler({ temperature: 0, repetitionPenalty: 2 });
    expect(it.choose(Float32Array.of(1, 3, 2.9, -2), [1, 1, 1], 0)).toBe(2);
    expect([...it.scores(Float32Array.of(1, 3, 2.9, -2), [3])]).toEqual([1, 3, expect.closeTo(2.9, 6), -4]);
  });

  it("keeps all that tie at a cut", () => {
    expect(kept(sampler({ topK: 1 }).scores(logits, []))).toEqual([1, 2]);
    expect(kept(sampler({ topP: 0.3 }).scores(logits, []))).toEqual([1, 2]);
    expect(kept(sampler({ minP: 1 }).scores(logits, []))).toEqual([1, 2]);
  });

  it("keeps at least the likeliest", () => {
    const peaked = Float32Array.of(0, 50, 0, 0);
    for (const more of [{ topP: 0 }, { topP: 1e-9 }, { minP: 1 }, { topK: 1 }])
      expect(kept(sampler(more).scores(peaked, [])), JSON.stringify(more)).toEqual([1]);
  });

  it("cuts nothing where as many are asked for as there are", () => {
    for (const topK of [0, 4, 100]) expect(kept(sampler({ topK }).scores(logits, []))).toHaveLength(4);
  });

  it("draws from the first to the last token that can be chosen, and none that cannot", () => {
    const it = sampler({ topK: 3 });
    const certain = Float32Array.of(-1, 2, 2, 1);
    expect(it.choose(certain, [], 0)).toBe(1);
    expect(it.choose(certain, [], 1 - 2 ** -53)).toBe(3);
    expect(sampler({}).choose(Float32Array.of(Number.NEGATIVE_INFINITY, 0, 0, 0), [], 0)).toBe(1);
  });

  it("is not thrown off by logits that overflow an exponential", () => {
    const far = Float32Array.of(4000, 4001, -4000, 0);
    expect(sampler({ topP: 0.9 }).choose(far, [], 0.5)).toBe(1);
    expect(sampler({ temperature: 1e-4 }).choose(far, [], 0.999)).toBe(1);
  });

  it("does not change the logits it is given, nor remember them", () => {
    const it = sampler({ topK: 1, repetitionPenalty: 3 });
    const given = logits.slice();
    const first = [...it.scores(given, [1])];
    expect(given).toEqual(logits);
    expect([...it.scores(given, [1])]).toEqual(first);
  });
});
