import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawnBy, rerankWeights } from "../../../server/src/learn/rerank.ts";

interface Case {
  q: number[];
  beta: number;
  weights: number[];
  at: number[];
  chosen: number[];
}

const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, "facts/rerank.json"), "utf8"));

describe("samples ranked by their values", () => {
  it("have the weights of SciPy's softmax, and are drawn as its cumulative sum says", () => {
    expect(cases.length).toBeGreaterThan(10);
    for (const { q, beta, weights, at, chosen } of cases) {
      const own = rerankWeights(q, beta);
      own.forEach((weight, i) => {
        expect(Math.abs(weight - weights[i])).toBeLessThan(1e-12);
      });
      expect(at.map((it) => drawnBy(own, it))).toEqual(chosen);
    }
  });

  it("with β = 0 are the largest one, the first of equal ones", () => {
    expect([...rerankWeights([1, 3, 3, 2], 0)]).toEqual([0, 1, 0, 0]);
  });

  it("with a large β are all as likely", () => {
    for (const weight of rerankWeights([-5, 0, 5], 1e12)) expect(weight).toBeCloseTo(1 / 3, 9);
  });

  it("a draw at the very end is one that has a weight", () => {
    expect(drawnBy(Float64Array.of(0.5, 0.5 - 1e-9, 0), 1)).toBe(1);
  });

  it.each([
    [[], 1],
    [[1, Number.NaN], 1],
    [[1], -1],
  ])("refuses %j at %d", (q, beta) => {
    expect(() => rerankWeights(q, beta)).toThrow(RangeError);
  });
});
