import { expect, it } from "vitest";
import { figuresOf, leadingFigure } from "../../../server/src/learn/metrics/figures.ts";
import { bootstrapped } from "../../../server/src/learn/metrics/intervals.ts";
import { auc } from "../../../server/src/learn/metrics/ranking.ts";
import { normalQuantile } from "../../../server/src/learn/metrics/student.ts";

it("an area is half where all scores tie, and not told of one class", () => {
  expect(auc([1, 1, 1], [0, 1, 1])).toBe(0.5);
  expect(auc([1, 2, 3], [1, 1, 1])).toBeNull();
});

it("a certainty that is wrong costs much, not infinitely much", () => {
  const target = { type: "classes", names: ["no", "yes"], labels: Int32Array.from([0, 1]) } as const;
  const found = figuresOf(Float64Array.from([0, 1, 0, 1]), target);
  expect(found).toMatchObject({
    balancedAccuracy: 0.5,
    logLoss: expect.closeTo(-Math.log(Number.EPSILON) / 2, 9),
  });
});

it("figures of no example are not told", () => {
  const target = { type: "classes", names: ["no", "yes"], labels: new Int32Array(0) } as const;
  expect(figuresOf(new Float64Array(0), target)).toMatchObject({
    balancedAccuracy: null,
    auc: null,
    logLoss: null,
    brier: null,
    calibrationError: null,
  });
});

it("numbers all told alike have rank correlation 0", () => {
  const target = { type: "number", values: Float64Array.from([1, 2, 3, 4]) } as const;
  expect(leadingFigure(new Float64Array(4), target)).toEqual({ value: 0, low: 0, high: 0, n: 4 });
});

it("a bootstrapped interval of a mean is as wide as the normal one, and the same for a seed", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i * 7919) % 100);
  const figure = (examples: Int32Array) => examples.reduce((sum, i) => sum + values[i], 0) / examples.length;
  const found = bootstrapped(400, figure, 3)!;
  const half = (normalQuantile(0.975) * Math.sqrt(833.25)) / 20;
  expect((found.high - found.low) / (2 * half)).toBeGreaterThan(0.9);
  expect((found.high - found.low) / (2 * half)).toBeLessThan(1.1);
  expect(bootstrapped(400, figure, 3)).toEqual(found);
});
