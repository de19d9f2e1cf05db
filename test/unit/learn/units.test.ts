import { describe, expect, it } from "vitest";
import { codeLength } from "../../../server/src/learn/controls/code-length.ts";
import { groupsHeldOut } from "../../../server/src/learn/controls/groups-held-out.ts";
import { learnerOf } from "../../../server/src/learn/controls/learner.ts";
import { learningCurve } from "../../../server/src/learn/controls/learning-curve.ts";
import { shuffledLabels } from "../../../server/src/learn/controls/shuffled-labels.ts";
import { takeTarget } from "../../../server/src/learn/data.ts";
import { leadingFigure } from "../../../server/src/learn/metrics/figures.ts";
import { meanOf, meanOfSplits, shareOf } from "../../../server/src/learn/metrics/intervals.ts";
import { shareOfUnits } from "../../../server/src/learn/metrics/unit-intervals.ts";
import { randomOf } from "../../../server/src/learn/random.ts";
import { joined, membersOf, takeUnits } from "../../../server/src/learn/units.ts";
import { classes, linearProbe, noise } from "./doubles.ts";

it("what has a mark in common is one unit, also by way of others, and no mark joins nothing", () => {
  const units = joined([
    ["a", "a", "b", null, null, "c"],
    [1, 2, 2, 3, 3, 4],
  ]);
  expect([...units]).toEqual([0, 0, 0, 1, 1, 2]);
  expect(membersOf(units)).toEqual([[0, 1, 2], [3, 4], [5]]);
});

describe("intervals of what hangs together", () => {
  const n = 200;
  /** Twenty units of ten. */
  const units = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 10));
  const none = { units: null, copies: null };
  /** Half of all, by whole units. */
  const alike = Array.from({ length: n }, (_, i) => Math.floor(i / 10) % 2);

  it("are those of whole units where a unit is all right or all wrong, of single examples where it tells nothing", () => {
    const single = shareOf(alike);
    const whole = shareOfUnits(alike, { units, copies: null });
    const few = shareOf(Array.from({ length: 19 }, (_, i) => (i < 9.5 ? 0 : 1)));
    expect(whole).toMatchObject({ value: 0.5, n });
    // As many as 19 examples, and a little fewer for Student's quantiles.
    expect((whole.high - whole.low) / (few.high - few.low)).toBeGreaterThan(1);
    expect((whole.high - whole.low) / (few.high - few.low)).toBeLessThan(1.06);
    const mixed = shareOfUnits(
      alike.map((_, i) => i % 2),
      { units, copies: null },
    );
    expect((mixed.high - mixed.low) / (single.high - single.low)).toBeLessThan(1.07);
    expect(shareOfUnits(alike, none)).toEqual(single);
  });

  it("hold the true share about as often as they say", () => {
    const random = randomOf(3);
    let held = 0;
    let narrow = 0;
    for (let run = 0; run < 400; run++) {
      // Of 30 documents each has a share of its own, .8 on average.
      const of = Array.from({ length: 30 }, () => (random() < 0.5 ? 0.95 : 0.65));
      const scores = of.flatMap((share) => Array.from({ length: 10 }, () => Number(random() < share)));
      const documents = Int32Array.from(scores, (_, i) => Math.floor(i / 10));
      const { low, high } = shareOfUnits(scores, { units: documents, copies: null });
      if (low <= 0.8 && 0.8 <= high) held++;
      const single = shareOf(scores);
      if (single.low <= 0.8 && 0.8 <= single.high) narrow++;
    }
    expect(held / 400).toBeGreaterThan(0.93);
    expect(held / 400).toBeLessThan(0.99);
    expect(narrow / 400).toBeLessThan(0.9);
  });

  it("count copies of a text once, also where all are told right", () => {
    const target = classes(["no", "yes"], new Int32Array(n));
    const told = Float64Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? 0.9 : 0.1));
    const { value, low, high } = leadingFigure(told, target, { units, copies: units });
    expect(value).toBe(1);
    expect(low).toBeLessThanOrEqual(shareOf(new Array(20).fill(1)).low);
    expect(high).toBe(1);
  });

  it("have no narrow ends where all examples are one unit", () => {
    const { low, high } = shareOfUnits(alike, { units: new Int32Array(n), copies: null });
    expect(high - low).toBeGreaterThan(0.8);
  });

  it("draw whole units for a rank correlation", () => {
    const random = randomOf(8);
    const own = Array.from({ length: 20 }, () => [random(), random()]);
    const values = Float64Array.from(units, (unit, i) => own[unit][0] + i * 1e-6);
    const told = Float64Array.from(units, (unit, i) => own[unit][1] + i * 1e-6);
    const widthOf = (of: typeof none | { units: Int32Array; copies: null }) => {
      const { low, high } = leadingFigure(told, { type: "number", values }, of);
      return high - low;
    };
    expect(widthOf({ units, copies: null })).toBeGreaterThan(2 * widthOf(none));
  });
});

it("runs over splits of the same examples are no independent ones", () => {
  const runs = [0.8, 0.9, 0.85, 0.95, 0.9];
  const [single, overlapping] = [meanOf(runs), meanOfSplits(runs, 1 / 4)];
  expect(overlapping.value).toBe(single.value);
  // Nadeau and Bengio: 1/5 + 1/4 for 1/5.
  expect((overlapping.high - overlapping.low) / (single.high - single.low)).toBeCloseTo(1.5, 12);
  expect(meanOfSplits([0.8], 1 / 4).high).toBe(Number.MAX_VALUE);
});

describe("controls of what hangs together", () => {
  const random = randomOf(5);
  const labels = Int32Array.from({ length: 240 }, () => (random() < 0.4 ? 1 : 0));
  const target = classes(["no", "yes"], labels);
  const all = Int32Array.from({ length: 240 }, (_, i) => i);
  const split = { train: all.slice(0, 160), test: all.slice(160) };
  const seeds = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  it("shuffle labels by text, so that copies on both sides show as a leak", () => {
    // Every test text is a copy of one that is learnt from.
    const copies = all.map((i) => i % 80);
    const x = noise(240, 160, 4);
    for (let i = 0; i < 240; i++) x.values.copyWithin(i * 160, (i % 80) * 160, (i % 80) * 160 + 160);
    const runs = shuffledLabels(learnerOf(linearProbe, { x }), target, split, seeds(5), copies);
    expect(runs.filter(({ within }) => within)).toEqual([]);
  });

  it("know chance where copies lie on one side", () => {
    const copies = all.map((i) => Math.floor(i / 8));
    const x = noise(240, 6, 4);
    for (let i = 0; i < 240; i++) x.values.copyWithin(i * 6, (i - (i % 8)) * 6, (i - (i % 8)) * 6 + 6);
    const runs = shuffledLabels(learnerOf(linearProbe, { x }), target, split, seeds(100), copies);
    expect(runs.filter(({ within }) => within).length).toBeGreaterThanOrEqual(95);
    // Of ten texts.
    for (const { low, high } of runs) expect(high - low).toBeLessThan(1.1);
  });

  it("a curve has the interval of the examples told, whose last point is the probe itself", () => {
    const x = noise(240, 6, 1, (row, column) => (column < 2 ? 0.8 * labels[row] : 0));
    const learner = learnerOf(linearProbe, { x });
    const units = { units: all.map((i) => Math.floor(i / 4)), copies: null };
    const curve = learningCurve(learner, target, split, [0.1, 1], seeds(3), undefined, units);
    const told = learner(target, split.train, split.test, 1);
    expect(curve[1].figure).toEqual(
      leadingFigure(told, takeTarget(target, split.test), takeUnits(units, split.test)),
    );
    expect(curve[0].figure.high - curve[0].figure.low).toBeGreaterThan(0.1);
    expect(curve[0].runs).toHaveLength(3);
  });

  it("labels of copies are not coded by one another", () => {
    const copies = all.map((i) => i % 30);
    const x = noise(240, 160, 4);
    for (let i = 0; i < 240; i++) x.values.copyWithin(i * 160, (i % 30) * 160, ((i % 30) + 1) * 160);
    const coins = classes(
      ["no", "yes"],
      labels.map((_, i) => labels[i % 30]),
    );
    const learner = learnerOf(linearProbe, { x });
    expect(codeLength(learner, coins, all, 1, copies).compression).toBeLessThan(1.1);
    expect(codeLength(learner, coins, all, 1).compression).toBeGreaterThan(1.5);
  });

  it("a group that is held out is not known by what hangs together with it elsewhere", () => {
    // Every text stands in two groups, and says nothing of its label but what it is.
    const pairs = all.map((i) => i % 120);
    const x = noise(240, 160, 6);
    for (let i = 120; i < 240; i++) x.values.copyWithin(i * 160, (i - 120) * 160, (i - 119) * 160);
    const twice = classes(
      ["no", "yes"],
      labels.map((_, i) => labels[i % 120]),
    );
    const groups = all.map((i) => Math.floor(i / 24));
    const learner = learnerOf(linearProbe, { x });
    const held = groupsHeldOut(learner, twice, groups, 1, { units: pairs, copies: pairs })!;
    expect(held.figure.value).toBeLessThan(0.7);
    expect(groupsHeldOut(learner, twice, groups, 1)!.figure.value).toBeGreaterThan(0.95);
    const apart = groupsHeldOut(learner, twice, groups, 1, { units: null, copies: null }, pairs)!;
    expect(apart.figure.value).toBe(held.figure.value);
    // Nothing is left to learn from where all are one unit.
    expect(groupsHeldOut(learner, twice, groups, 1, { units: new Int32Array(240), copies: null })).toBeNull();
  });
});
