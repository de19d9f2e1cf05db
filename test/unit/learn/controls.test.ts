import { describe, expect, it } from "vitest";
import { commonest } from "../../../server/src/learn/classes.ts";
import { codeLength } from "../../../server/src/learn/controls/code-length.ts";
import { conceptDepth } from "../../../server/src/learn/controls/concept-depth.ts";
import { controlTask, selectivityOf } from "../../../server/src/learn/controls/control-task.ts";
import { groupsHeldOut } from "../../../server/src/learn/controls/groups-held-out.ts";
import { learnerOf, textLearner } from "../../../server/src/learn/controls/learner.ts";
import { learningCurve } from "../../../server/src/learn/controls/learning-curve.ts";
import { chanceInterval, shuffledLabels } from "../../../server/src/learn/controls/shuffled-labels.ts";
import { sharesOf, usableInformation } from "../../../server/src/learn/controls/usable-information.ts";
import { randomOf } from "../../../server/src/learn/random.ts";
import { classes, linearProbe, noise } from "./doubles.ts";

const random = randomOf(5);
const labels = Int32Array.from({ length: 240 }, () => (random() < 0.4 ? 1 : 0));
const target = classes(["no", "yes"], labels);
/** Two of six columns tell the class. */
const x = noise(240, 6, 1, (row, column) => (column < 2 ? 2.5 * labels[row] : 0));
const learner = learnerOf(linearProbe, { x });
const all = Int32Array.from({ length: 240 }, (_, i) => i);
const split = { train: all.slice(0, 160), test: all.slice(160) };
const seeds = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe("shuffled labels", () => {
  it("lie within chance's 99 % interval in at least 95 of 100 seeds", () => {
    const runs = shuffledLabels(learner, target, split, seeds(100));
    expect(runs.filter(({ within }) => within).length).toBeGreaterThanOrEqual(95);
    // The interval is one of chance, not of everything.
    for (const { low, high } of runs) expect(high - low).toBeLessThan(0.35);
  });
  it("do so for unequal classes, several classes and numbers too", () => {
    const rare = classes(
      ["no", "yes"],
      labels.map((it, i) => (it && i % 4 === 0 ? 1 : 0)),
    );
    const three = classes(
      ["a", "b", "c"],
      labels.map((it, i) => it + (i % 5 === 0 ? 1 : 0)),
    );
    const numbers = { type: "number", values: Float64Array.from(labels, (it, i) => it + (i % 7)) } as const;
    for (const it of [rare, three, numbers]) {
      const runs = shuffledLabels(learner, it, split, seeds(40));
      expect(runs.filter(({ within }) => within).length).toBeGreaterThanOrEqual(38);
    }
  });
  it("show that examples told were learnt from", () => {
    const wide = learnerOf(linearProbe, { x: noise(240, 200, 4) });
    const runs = shuffledLabels(
      wide,
      target,
      { train: split.train, test: split.train.slice(0, 60) },
      seeds(5),
    );
    expect(runs.every(({ within }) => !within)).toBe(true);
  });
  it("have chance's interval as drawing them shows it", () => {
    const told = Float64Array.from({ length: 200 }, (_, k) => (k % 2 === (k < 120 ? 1 : 0) ? 0.9 : 0.1));
    const is = classes(
      ["no", "yes"],
      Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
    );
    // 60 told “yes” of 100, of which 25 are: 15 hits and 25 of 40 on the other side, hypergeometric.
    const [low, high] = chanceInterval(told, is);
    expect((low + high) / 2).toBeCloseTo(0.6 * 0.25 + 0.4 * 0.75, 12);
    const deviation = (2 / 100) * Math.sqrt((60 * 0.25 * 0.75 * 40) / 99);
    expect((high - low) / 2).toBeCloseTo(2.5758293 * deviation + 0.005, 6);
  });
});

describe("the control task", () => {
  it("gives a type one label everywhere, the shares of the task", () => {
    const types = labels.map((_, i) => i % 50);
    const control = controlTask(target, types, split.train, 3)!;
    if (control.type === "number") throw new Error();
    for (let i = 50; i < 240; i++) expect(control.labels[i]).toBe(control.labels[i % 50]);
    expect(controlTask(target, types, split.train, 3)).toEqual(control);
    const many = controlTask(target, all, split.train, 3)!;
    if (many.type === "number") throw new Error();
    expect(many.labels.reduce((a, b) => a + b, 0) / 240).toBeCloseTo(0.4, 1);
  });
  it("is hard for a probe of the concept, and easy where the word's identity is read", () => {
    const types = labels.map((label, i) => 2 * (i % 10) + label);
    const sound = selectivityOf(learner, target, types, split, seeds(5))!;
    expect(sound.selectivity).toBeGreaterThan(0.2);
    expect(sound.seenTypes).toBe(1);
    const identity = noise(240, 20, 2, (row, column) => (column === types[row] ? 8 : 0));
    const lookup = selectivityOf(learnerOf(linearProbe, { x: identity }), target, types, split, seeds(5))!;
    expect(lookup.selectivity).toBeLessThan(0.05);
  });
  it("cannot be set for one word", () => {
    expect(selectivityOf(learner, target, new Int32Array(240), split, [1, 2])).toBeNull();
  });
});

it("a learning curve rises, and its smallest part may hold one class only", () => {
  const curve = learningCurve(learner, target, split, [0.001, 0.1, 1], seeds(4));
  expect(curve.map(({ examples }) => examples)).toEqual([1, 16, 160]);
  expect(curve[2].figure.value).toBeGreaterThan(0.93);
  expect(curve[2].figure.value).toBeGreaterThan(curve[0].figure.value);
  expect(curve[1].runs).toHaveLength(4);
  // Every seed would learn from all of them.
  expect(curve[2].runs).toHaveLength(1);
});

describe("the online code", () => {
  it("is short for what is readable, and no shorter than uniform for labels drawn at random", () => {
    const readable = codeLength(learner, target, all, 1);
    expect(readable.blocks.reduce((sum, it) => sum + it.told, 0)).toBe(240);
    expect(readable.uniformBits).toBe(240);
    expect(readable.compression).toBeGreaterThan(2.5);
    const coin = randomOf(9);
    const drawn = classes(
      ["no", "yes"],
      labels.map(() => (coin() < 0.5 ? 1 : 0)),
    );
    expect(codeLength(learner, drawn, all, 1).compression).toBeLessThan(1.05);
  });
  it("codes the first block by chance, and each other by what went before", () => {
    const { blocks } = codeLength(
      () => new Float64Array(2000).fill(0.25),
      classes(["a", "b", "c", "d"], labels),
      all,
      1,
      null,
      [0.25, 0.5, 1],
    );
    expect(blocks).toEqual([
      { learntFrom: 0, told: 60, bits: 120 },
      { learntFrom: 60, told: 60, bits: expect.closeTo(120, 9) },
      { learntFrom: 120, told: 120, bits: expect.closeTo(240, 9) },
    ]);
  });
});

it("usable information is the entropy where all is known, 0 where nothing is, less where it is sure and wrong", () => {
  const told = classes(["no", "yes"], [0, 1, 0, 1]).labels;
  const unread = sharesOf(told, 2, 4);
  const sure = Float64Array.from([1, 0, 0, 1, 1, 0, 0, 1]);
  expect(usableInformation(sure, unread, told, 2).information.value).toBeCloseTo(1, 12);
  expect(usableInformation(unread, unread, told, 2).information.value).toBe(0);
  const odd = usableInformation(Float64Array.from([1, 0, 0.9, 0.1, 1, 0, 0, 1]), unread, told, 2).pointwise;
  expect([...odd]).toEqual([1, expect.closeTo(1 + Math.log2(0.1), 12), 1, 1]);
});

describe("groups held out", () => {
  const groups = labels.map((_, i) => i % 6);
  it("keep what holds in all groups", () => {
    const found = groupsHeldOut(learner, target, groups, 1)!;
    expect(found.parts).toHaveLength(6);
    expect(found.figure.value).toBeGreaterThan(0.9);
    expect(found.classesOfOneGroup).toEqual([]);
    expect(found.majority).toBeCloseTo(labels.filter((it) => it === 0).length / 240, 12);
  });
  it("lose what holds within a group only", () => {
    // In each group another column tells the class, so nothing learnt elsewhere helps.
    const own = noise(240, 6, 8, (row, column) => (column === groups[row] ? 4 * labels[row] : 0));
    const found = groupsHeldOut(learnerOf(linearProbe, { x: own }), target, groups, 1)!;
    const within = learningCurve(learnerOf(linearProbe, { x: own }), target, split, [1], [1, 2])[0].figure
      .value;
    expect(found.figure.value).toBeLessThan(within - 0.15);
  });
  it("name classes that one group holds alone, and need two groups", () => {
    expect(groupsHeldOut(learner, target, labels, 1)!.classesOfOneGroup.sort()).toEqual([0, 1]);
    expect(groupsHeldOut(learner, target, new Int32Array(240), 1)).toBeNull();
  });
});

it("a learner gives a class that it never met the chance of a first meeting", () => {
  const three = classes(["a", "b", "c"], labels);
  const told = learner(three, split.train, split.test, 0);
  expect(told[2]).toBeCloseTo(1 / 163, 12);
  expect(told[0] + told[1] + told[2]).toBeCloseTo(1, 12);
  const one = learner(
    three,
    split.train.filter((i) => labels[i] === 1),
    Int32Array.of(0),
    0,
  );
  expect(one[1]).toBeGreaterThan(0.95);
});

it("text baselines go through the same controls", () => {
  const texts = [...labels].map((label, i) => `text ${i % 9} ${label ? "sunny" : "rainy"}`);
  const words = textLearner("bag-of-words", texts, { c: 10 });
  expect(learningCurve(words, target, split, [1], [1])[0].runs).toEqual([1]);
  expect(codeLength(words, target, all, 1).compression).toBeGreaterThan(3);
});

it("the commonest class is the first of several", () => {
  expect(commonest(Int32Array.of(2, 1, 2, 1, 0), 4)).toBe(1);
});

it("a concept lies at the first layer with 95 % of the best gain over the majority", () => {
  expect(conceptDepth([0.5, 0.7, null, 0.89, 0.9, 0.88], 0.5)).toBe(3);
  expect(conceptDepth([0.5, 0.7, 0.89, 0.9], 0.5, 0.4)).toBe(1);
  expect(conceptDepth([0.5, 0.4, null], 0.5)).toBeNull();
});
