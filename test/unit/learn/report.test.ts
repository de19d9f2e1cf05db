import { describe, expect, it } from "vitest";
import { learnerOf } from "../../../server/src/learn/controls/learner.ts";
import { controlReport, textControls } from "../../../server/src/learn/controls/report.ts";
import { randomOf } from "../../../server/src/learn/random.ts";
import { classes, linearProbe, noise } from "./doubles.ts";

const random = randomOf(5);
const labels = Int32Array.from({ length: 400 }, () => (random() < 0.5 ? 1 : 0));
const target = classes(["no", "yes"], labels);
const split = {
  train: Int32Array.from({ length: 250 }, (_, i) => i),
  test: Int32Array.from({ length: 150 }, (_, i) => 250 + i),
};
const types = labels.map((label, i) => 2 * ((i * 7) % 12) + label);
const groups = labels.map((_, i) => i % 5);
const learner = learnerOf(linearProbe, {
  x: noise(400, 8, 2, (row, column) => (column < 3 ? 1.8 * labels[row] : 0)),
});
const options = { seed: 1, shuffles: 5, seeds: 3 };

/** Words that say nothing of the class, and, where asked for, one that gives it away. */
const textsOf = (telling: boolean) =>
  Array.from(
    labels,
    (label, i) => `sentence ${(i * 31) % 17} ${telling ? (label ? "sunny" : "rainy") : "plain"}`,
  );

describe("the report of all controls", () => {
  it("finds a probe sound whose texts tell nothing", () => {
    const examples = { target, split, types, groups, texts: textsOf(false) };
    const names: string[] = [];
    const told = { ...options, onControl: (name: string) => names.push(name) };
    const report = controlReport(learner, examples, textControls(examples, told), told);
    expect(report.trust.verdict).toBe("sound");
    expect(report.trust.notMade).toEqual([]);
    expect(report.leading.value).toBeGreaterThan(0.9);
    expect(report.cleaned!.dropped).toBe(0);
    expect(report.codeLength!.compression).toBeGreaterThan(1.5);
    expect(report.information!.information.value).toBeGreaterThan(0.5);
    expect(report.curve.at(-1)!.figure.value).toBeCloseTo(report.seeds.figure.value, 12);
    expect(names).toContain("word-ngrams");
    expect(names.slice(-3)).toEqual(["learning curve", "seeds", "description length"]);
  });
  it("says that the words explain it where they do", () => {
    const examples = { target, split, types, groups, texts: textsOf(true) };
    const report = controlReport(learner, examples, textControls(examples, options), options);
    expect(report.trust.verdict).toBe("explained-by-text");
    expect(report.text!.find(({ id }) => id === "word-ngrams")!.figure.value).toBe(1);
    expect(report.cleaned!.dropped).toBeGreaterThan(100);
  });
  it("is made of numbers, without what numbers cannot have", () => {
    const values = Float64Array.from(labels, (label, i) => 3 * label + (i % 3));
    const examples = { target: { type: "number", values } as const, split };
    const report = controlReport(learner, examples, textControls(examples, options), options);
    expect(report).toMatchObject({
      codeLength: null,
      information: null,
      balance: null,
      text: null,
      cleaned: null,
    });
    expect(report.majority.value).toBe(0);
    expect(report.leading.value).toBeGreaterThan(0.6);
    expect(report.trust.sentence).toContain("not checked: text baselines, a control task, groups held out");
  });
});
