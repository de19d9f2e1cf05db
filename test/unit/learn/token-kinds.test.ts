import { describe, expect, it } from "vitest";
import type { Inputs, Matrix } from "../../../server/src/learn/data.ts";
import type { RowLoss } from "../../../server/src/learn/heads.ts";
import { attentive } from "../../../server/src/learn/kinds/attentive.ts";
import { attentiveLoss, partsOf } from "../../../server/src/learn/kinds/attentive-pass.ts";
import { bagLoss } from "../../../server/src/learn/kinds/bag-separator.ts";
import { ccs } from "../../../server/src/learn/kinds/ccs.ts";
import { ccsLoss } from "../../../server/src/learn/kinds/ccs-loss.ts";
import { multipleInstance } from "../../../server/src/learn/kinds/multiple-instance.ts";
import { LinearObjective } from "../../../server/src/learn/linear-objective.ts";
import { hits, mostLikely } from "../../../server/src/learn/metrics/classes.ts";
import { conformalFigures } from "../../../server/src/learn/metrics/conformal.ts";
import { allRows } from "../../../server/src/learn/products.ts";
import { normal, randomOf } from "../../../server/src/learn/random.ts";
import { denseRows } from "../../../server/src/learn/rows.ts";
import { classes, noise } from "./doubles.ts";

/** The largest distance of a gradient from differences of the loss, where it is of size 1. */
function gradientError(loss: (at: Float64Array, gradient: Float64Array) => number, at: Float64Array): number {
  const gradient = new Float64Array(at.length);
  loss(at, gradient);
  const other = new Float64Array(at.length);
  return Math.max(
    ...Array.from(at, (value, k) => {
      const side = (step: number) => loss(at.with(k, value + step), other);
      return Math.abs((side(1e-5) - side(-1e-5)) / 2e-5 - gradient[k]);
    }),
  );
}

describe("gradients are what differences of the loss are", () => {
  const random = randomOf(3);
  const drawn = (n: number) => Float64Array.from({ length: n }, () => normal(random));

  it("of the attentive probe, classes and numbers", () => {
    const x = noise(5, 4, 1).values;
    for (const [outputs, is] of [
      [3, { label: 2 }],
      [1, { value: 0.7 }],
    ] as const) {
      const shape = { columns: 4, queries: 2, slice: 3, outputs };
      const loss = (at: Float64Array, gradient: Float64Array) => {
        gradient.fill(0);
        return attentiveLoss(shape, at, x, is, 0.5, gradient);
      };
      expect(gradientError(loss, drawn(partsOf(shape).size))).toBeLessThan(1e-8);
    }
  });
  it("of CCS", () => {
    const both = noise(18, 4, 2);
    expect(gradientError(lossOn(both, ccsLoss(9)), drawn(5))).toBeLessThan(1e-8);
  });
  it("of separators by bags", () => {
    const bags = { x: noise(10, 4, 3), starts: Int32Array.of(0, 3, 4, 10), carries: Int32Array.of(1, 3, 8) };
    expect(gradientError(lossOn(bags.x, bagLoss(bags, [1, 0, 1])), drawn(5))).toBeLessThan(1e-8);
  });
});

/** A loss of rows as a function of weights and bias. */
function lossOn(x: Matrix, loss: RowLoss) {
  const objective = new LinearObjective(denseRows(x, allRows(x.rows)), loss, 0.1, () => {});
  return (at: Float64Array, gradient: Float64Array) => objective.start(at, gradient);
}

/** Texts of some tokens, of which one among the last two carries the class; class 2 has nothing of its own. */
function bagsOf(n: number, seed: number, strength: number): { inputs: Inputs; labels: Int32Array } {
  const random = randomOf(seed);
  const labels = Int32Array.from({ length: n }, () => Math.floor(3 * random()));
  const starts = new Int32Array(n + 1);
  const carrier = Int32Array.from(labels, (_, i) => {
    starts[i + 1] = starts[i] + 2 + Math.floor(6 * random());
    return starts[i + 1] - 1 - Math.floor(2 * random());
  });
  const labelOf = new Map(Array.from(labels, (label, i) => [carrier[i], label]));
  const x = noise(starts[n], 8, seed + 1, (row, column) => (labelOf.get(row) === column ? strength : 0));
  return { inputs: { x, starts }, labels };
}

const names = ["true", "false", "neither"];

describe("the attentive probe", () => {
  const train = bagsOf(300, 1, 5);
  const test = bagsOf(150, 7, 5);
  const fit = attentive.fit(train.inputs, classes(names, train.labels), { seed: 1 });

  it("finds the one token that matters, and says where it looked", () => {
    const right = hits(mostLikely(fit.predict(test.inputs), 3), test.labels).reduce((a, b) => a + b, 0);
    expect(right / 150).toBeGreaterThan(0.85);
    const attention = fit.attention(test.inputs);
    const { starts } = test.inputs;
    const first = attention.subarray(0, 4 * starts![1]);
    for (let m = 0; m < 4; m++) {
      const total = first.filter((_, k) => k % 4 === m).reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(1, 9);
    }
  });
  it("comes back from what is kept, and repeats with its seed", () => {
    const again = attentive.restore(JSON.parse(JSON.stringify(fit.state), revived) as typeof fit.state);
    expect(again.predict(test.inputs)).toEqual(fit.predict(test.inputs));
    const other = attentive.fit(train.inputs, classes(names, train.labels), { seed: 1 });
    expect(other.predict(test.inputs)).toEqual(fit.predict(test.inputs));
  });
  it("tells numbers in their own unit", () => {
    const values = Float64Array.from(train.labels, (label) => 100 + 50 * (label === 0 ? 1 : 0));
    const numbers = attentive.fit(train.inputs, { type: "number", values }, { seed: 1 });
    const told = numbers.predict(test.inputs);
    const mean = (of: (label: number) => boolean) => {
      const some = [...told].filter((_, i) => of(test.labels[i]));
      return some.reduce((a, b) => a + b, 0) / some.length;
    };
    expect(mean((it) => it === 0)).toBeGreaterThan(135);
    expect(mean((it) => it !== 0)).toBeLessThan(112);
  });
  it("refuses one class, numbers that are all the same, NaN, and another width", () => {
    const one = classes(names, new Int32Array(300));
    expect(() => attentive.fit(train.inputs, one, { seed: 1 })).toThrow("All examples have the label “true”");
    const same = { type: "number", values: new Float64Array(300) } as const;
    expect(() => attentive.fit(train.inputs, same, { seed: 1 })).toThrow("All examples have the target 0");
    const x = { ...train.inputs.x, values: train.inputs.x.values.with(5, Number.NaN) };
    expect(() => attentive.fit({ ...train.inputs, x }, classes(names, train.labels), { seed: 1 })).toThrow(
      "Row 1 holds NaN in column 6",
    );
    expect(() => fit.predict({ x: noise(2, 9, 1) })).toThrow(
      "trained on rows of 8 numbers, and these have 9",
    );
  });
});

describe("the three-way probe", () => {
  const train = bagsOf(600, 21, 5);
  const test = bagsOf(400, 37, 5);
  const fit = multipleInstance.fit(train.inputs, classes(names, train.labels), { seed: 1 });

  it("covers the true class as often as α wants, and answers most texts", () => {
    const found = conformalFigures(fit.sets(test.inputs), test.labels);
    expect(found.coverage.high).toBeGreaterThan(0.9);
    expect(found.answered.value).toBeGreaterThan(0.7);
    expect(found.accuracy!.value).toBeGreaterThan(0.85);
    expect(Object.fromEntries(fit.facts())).toMatchObject({
      α: "0.1",
      "examples held back for the sets": "150",
    });
  });
  it("abstains where nothing is readable, and still covers", () => {
    const [blank, others] = [bagsOf(600, 51, 0), bagsOf(400, 61, 0)];
    const sets = multipleInstance
      .fit(blank.inputs, classes(names, blank.labels), { seed: 1 })
      .sets(others.inputs);
    const found = conformalFigures(sets, others.labels);
    expect(found.coverage.high).toBeGreaterThan(0.9);
    expect(found.answered.value).toBeLessThan(0.15);
  });
  it("rules out more where α allows more mistakes", () => {
    const target = classes(names, train.labels);
    const sizes = [0.02, 0.3].map((alpha) => {
      const sets = multipleInstance.fit(train.inputs, target, { seed: 1, alpha }).sets(test.inputs);
      return sets.flat().length;
    });
    expect(sizes[1]).toBeLessThan(sizes[0]);
  });
  it("scores the token that carries the class highest", () => {
    const scores = fit.tokenScores(test.inputs);
    const { starts } = test.inputs;
    const late = test.labels.reduce((count, label, i) => {
      if (label !== 0) return count;
      const of = Array.from({ length: starts![i + 1] - starts![i] }, (_, t) => scores[3 * (starts![i] + t)]);
      return count + (of.indexOf(Math.max(...of)) >= of.length - 2 ? 1 : 0);
    }, 0);
    expect(late / test.labels.filter((it) => it === 0).length).toBeGreaterThan(0.85);
  });
  it("comes back from what is kept", () => {
    const again = multipleInstance.restore(
      JSON.parse(JSON.stringify(fit.state), revived) as typeof fit.state,
    );
    expect(again.predict(test.inputs)).toEqual(fit.predict(test.inputs));
    expect(again.sets(test.inputs)).toEqual(fit.sets(test.inputs));
    const { calibration, ...tensors } = fit.state.tensors;
    expect(calibration.shape).toEqual([150]);
    expect(() => multipleInstance.restore({ ...fit.state, tensors })).toThrow(
      "lacks the tensor “calibration”",
    );
    const cut = { ...fit.state.tensors, mean: { shape: [7], values: new Float32Array(7) } };
    expect(() => multipleInstance.restore({ ...fit.state, tensors: cut })).toThrow(
      "has the shape [7], not [8]",
    );
  });
  it("refuses an α that so few examples cannot hold, a class without examples, and a text without tokens", () => {
    const target = classes(names, train.labels);
    expect(() => multipleInstance.fit(train.inputs, target, { seed: 1, alpha: 0.001 })).toThrow(
      "need 999 examples",
    );
    expect(() => multipleInstance.fit(train.inputs, target, { seed: 1, alpha: 0 })).toThrow("α is 0");
    const four = classes([...names, "odd"], train.labels);
    expect(() => multipleInstance.fit(train.inputs, four, { seed: 1 })).toThrow(
      "no example of the class “odd”",
    );
    expect(() => fit.predict({ x: noise(2, 8, 1), starts: Int32Array.of(0, 2, 2) })).toThrow(
      "Example 2 has no token",
    );
  });
});

describe("CCS", () => {
  const random = randomOf(12);
  const firstTrue = Int32Array.from({ length: 120 }, () => (random() < 0.5 ? 1 : 0));
  const labels = Int32Array.from({ length: 240 }, (_, i) =>
    i % 2 === 0 ? firstTrue[i >> 1] : 1 - firstTrue[i >> 1],
  );
  const pairs = labels.map((_, i) => i >> 1);
  // Column 0 is truth; column 1, much larger, is negation.
  const x = noise(240, 6, 4, (row, column) =>
    column === 0 ? 4 * labels[row] - 2 : column === 1 ? 12 * (row % 2) : 0,
  );
  const target = classes(["untrue", "true"], labels);
  const right = (told: Float64Array) =>
    hits(mostLikely(told, 2), labels).reduce((a, b) => a + b, 0) / labels.length;

  it("finds truth and not negation, without labels but for the sign", () => {
    const fit = ccs.fit({ x }, target, { seed: 1, pairs });
    expect(right(fit.predict({ x }))).toBeGreaterThan(0.95);
    const turned = ccs.fit({ x }, { ...target, labels: labels.map((it) => 1 - it) }, { seed: 1, pairs });
    expect(turned.directions()[0].vector[0]).toBeCloseTo(-fit.directions()[0].vector[0], 4);
    const signs = [fit, turned].map((it) => Object.fromEntries(it.facts()).sign);
    expect(signs[0]).toContain("fixed by the labels of 120 pairs");
    expect(signs.filter((it) => it.includes("turned round"))).toHaveLength(1);
  });
  it("gives back its state", () => {
    const fit = ccs.fit({ x }, target, { seed: 1, pairs });
    expect(ccs.restore(fit.state).predict({ x })).toEqual(fit.predict({ x }));
  });
  it("refuses data without pairs, pairs of one class, and pairs that all begin alike", () => {
    expect(() => ccs.fit({ x }, target, { seed: 1 })).toThrow("name a column of pairs");
    const same = classes(
      ["untrue", "true"],
      pairs.map((it) => it % 2),
    );
    expect(() => ccs.fit({ x }, same, { seed: 1, pairs })).toThrow("In no pair");
    const alike = classes(
      ["untrue", "true"],
      labels.map((_, i) => i % 2),
    );
    expect(() => ccs.fit({ x }, alike, { seed: 1, pairs })).toThrow("the first example is “untrue”");
  });
});

/** A file keeps numbers as f32; JSON makes objects of typed arrays. */
function revived(key: string, value: unknown) {
  return key === "values" ? Float32Array.from(Object.values(value as Record<string, number>)) : value;
}
