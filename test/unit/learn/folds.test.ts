import { expect, it } from "vitest";
import { foldsOf, partOf } from "../../../server/src/learn/folds.ts";
import { randomOf, shuffled } from "../../../server/src/learn/random.ts";

const labels = Int32Array.from({ length: 100 }, (_, i) => Number(i % 10 === 0));

it("every fold has its share of every class, the same for the same seed", () => {
  const folds = foldsOf(labels, { seed: 3 });
  expect(folds).toMatchObject({ count: 5, remarks: [] });
  for (let f = 0; f < 5; f++) {
    const { inside: test, outside: train } = partOf(folds.of, f);
    expect(test.length).toBe(20);
    expect(test.filter((i) => labels[i] === 1).length).toBe(2);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual([...labels.keys()]);
  }
  expect(foldsOf(labels, { seed: 3 })).toEqual(folds);
  expect(foldsOf(labels, { seed: 4 }).of).not.toEqual(folds.of);
});

it("groups stay together, and classes are shared out as well as they allow", () => {
  const groups = labels.map((_, i) => Math.floor(i / 10));
  const { of, count } = foldsOf(labels, { seed: 3, groups });
  expect(count).toBe(5);
  for (let f = 0; f < 5; f++) expect(of.filter((it) => it === f).length).toBe(20);
  for (let i = 0; i < 100; i++) expect(of[i]).toBe(of[i - (i % 10)]);
});

it("there are no more folds than groups, or than examples of a class, and a remark says so", () => {
  const groups = labels.map((_, i) => i % 3);
  const few = foldsOf(labels, { seed: 1, groups });
  expect(few).toMatchObject({ count: 3, remarks: ["3 instead of 5: there are 3 groups"] });
  const rare = Int32Array.from({ length: 20 }, (_, i) => Number(i < 4));
  expect(foldsOf(rare, { seed: 1 })).toMatchObject({
    count: 4,
    remarks: ["4 instead of 5: the smallest class has 4 examples"],
  });
  expect(foldsOf(labels, { seed: 1, groups: new Int32Array(100) })).toMatchObject({
    count: 5,
    remarks: ["groups not kept together: all examples are in one"],
  });
  expect(
    foldsOf(
      rare.map((_, i) => Number(i === 0)),
      { seed: 1 },
    ).count,
  ).toBe(1);
});

it("random numbers are even, and an order holds every number once", () => {
  const random = randomOf(5);
  const drawn = Array.from({ length: 20_000 }, random);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  const tenths = Array.from({ length: 10 }, (_, k) => drawn.filter((it) => Math.floor(10 * it) === k).length);
  // 2,000 each, five standard deviations of 42 either way.
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(212);
  expect([...shuffled(50, randomOf(1))].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, i) => i),
  );
});
