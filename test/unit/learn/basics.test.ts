import { describe, expect, it } from "vitest";
import { equalFolds, partOf } from "../../../server/src/learn/folds.ts";
import { minimise } from "../../../server/src/learn/lbfgs.ts";
import {
  conformalFigures,
  conformalSet,
  nonconformity,
} from "../../../server/src/learn/metrics/conformal.ts";
import { normal, randomOf, shuffled } from "../../../server/src/learn/random.ts";
import { objectiveOf } from "./doubles.ts";

it("random numbers follow from the seed, fill [0, 1) evenly, and differ between seeds next to each other", () => {
  const random = randomOf(1);
  const drawn = Array.from({ length: 20_000 }, random);
  expect(drawn.slice(0, 3)).toEqual(Array.from({ length: 3 }, randomOf(1)));
  const bins = new Array<number>(10).fill(0);
  for (const it of drawn) bins[Math.floor(10 * it)]++;
  // χ² of 9 degrees of freedom exceeds 27.9 once in a thousand.
  expect(bins.reduce((sum, it) => sum + (it - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  const firsts = Array.from({ length: 2000 }, (_, seed) => randomOf(seed)());
  expect(firsts.reduce((a, b) => a + b, 0) / 2000).toBeCloseTo(0.5, 1);
  expect(new Set(firsts).size).toBe(2000);
  const normals = Array.from({ length: 20_000 }, () => normal(random));
  expect(normals.reduce((sum, it) => sum + it * it, 0) / 20_000).toBeCloseTo(1, 1);
  expect([...shuffled(50, random)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

describe("the lowest place of Rosenbrock's valley", () => {
  const valley = ([a, b]: Float64Array, gradient: Float64Array) => {
    gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
    gradient[1] = 200 * (b - a * a);
    return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
  };
  it("is found, though the function is not convex", () => {
    const found = minimise(objectiveOf(valley, 2), Float64Array.of(-1.2, 1), {
      tolerance: 1e-9,
      maxIterations: 100,
    });
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(45);
    expect([...found.point]).toEqual([expect.closeTo(1, 7), expect.closeTo(1, 7)]);
  });
  it("is not claimed where steps ran out", () => {
    const limits = { tolerance: 1e-9, maxIterations: 3 };
    expect(minimise(objectiveOf(valley, 2), Float64Array.of(-1.2, 1), limits).converged).toBe(false);
  });
});

it("a step over a hill that lies lower in slope but not in height is not taken", () => {
  // Down to −0.3 at 0.4, then a hill of 8, behind which the slope at 1 is negative again but every place is higher than the start.
  const hill = ([x]: Float64Array, gradient: Float64Array) => {
    const bump = 8 * Math.exp(-(((x - 0.95) / 0.15) ** 2));
    gradient[0] = -1 + 2 * x + (bump * (-2 * (x - 0.95))) / 0.15 ** 2;
    return -x + x * x + bump;
  };
  const found = minimise(objectiveOf(hill, 1), new Float64Array(1), { tolerance: 1e-9, maxIterations: 50 });
  expect(found.converged).toBe(true);
  expect(found.point[0]).toBeGreaterThan(0);
  expect(found.point[0]).toBeLessThan(0.6);
  expect(found.value).toBeLessThan(0);
});

describe("folds", () => {
  it("deal each class out evenly", () => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => (i < 10 ? 1 : 0));
    const fold = equalFolds(50, 5, 1, { labels });
    for (let which = 0; which < 5; which++) {
      const { inside, outside } = partOf(fold, which);
      expect(inside.filter((i) => labels[i] === 1)).toHaveLength(2);
      expect(inside.length + outside.length).toBe(50);
    }
  });
  it("keep groups whole and about equal", () => {
    const groups = Int32Array.from({ length: 90 }, (_, i) => Math.floor(Math.sqrt(i)));
    const fold = equalFolds(90, 3, 1, { groups });
    for (let i = 0; i < 90; i++) expect(fold[i]).toBe(fold[groups.indexOf(groups[i])]);
    for (let which = 0; which < 3; which++) expect(partOf(fold, which).inside.length).toBeGreaterThan(20);
    expect(() => equalFolds(90, 11, 1, { groups })).toThrow("10 groups cannot be parted into 11 folds");
  });
});

describe("conformal sets", () => {
  it("hold the classes that conform as well as α of the calibration", () => {
    expect([...nonconformity(Float64Array.of(0.5, 0.25, 0.25))]).toEqual([0.375, 0.625, 0.625]);
    const calibration = [0.1, 0.2, 0.3, 0.375, 0.4, 0.5, 0.6, 0.625, 0.7];
    // 6 of 9 conform as little as class 0, 2 as the others: 0.7 and 0.3.
    const sets = [0.29, 0.31, 0.7].map((alpha) =>
      conformalSet(Float64Array.of(0.5, 0.25, 0.25), calibration, alpha),
    );
    expect(sets).toEqual([[0, 1, 2], [0], []]);
    expect(conformalSet(Float64Array.of(0.5, 0.25, 0.25), calibration, 0.23, 0.7)).toEqual([0]);
    expect(conformalSet(Float64Array.of(0.5, 0.25, 0.25), calibration, 0.23, 0.1)).toEqual([0, 1, 2]);
  });
  it("give an answer where they are one class, else none", () => {
    const found = conformalFigures([[0], [1, 2], [], [2]], [0, 1, 1, 1]);
    expect(found.coverage.value).toBe(0.5);
    expect(found.answered.value).toBe(0.5);
    expect(found.accuracy).toMatchObject({ value: 0.5, n: 2 });
    expect(conformalFigures([[]], [0]).accuracy).toBeNull();
  });
});
