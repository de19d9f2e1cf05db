import { describe, expect, it } from "vitest";
import type { Matrix, Target } from "../../../server/src/learn/data.ts";
import type { KindId } from "../../../server/src/learn/kind.ts";
import { kindOf } from "../../../server/src/learn/kinds/index.ts";
import { accuracyOf, classesOf, inTurn, rowsOf, train } from "./material.ts";

const ofClasses: KindId[] = [
  "logistic",
  "ridge",
  "ordinal",
  "mass-mean",
  "mass-mean-whitened",
  "lda",
  "k-sparse",
  "attention-pattern",
  "attention-statistics",
];
const targetOf = (id: KindId, labels: Int32Array) =>
  classesOf(labels, id === "ordinal" ? "ordered" : "classes");
const factOf = (fit: ReturnType<typeof train>, name: string) => fit.facts().find(([it]) => it === name)?.[1];

describe.each(ofClasses)("a %s probe", (id) => {
  it.each([
    2, 3,
  ])("tells %i classes, chooses its penalty, and is the same once kept and restored", (classes) => {
    const labels = inTurn(90, classes);
    const x = id === "ordinal" ? alongOne(labels) : rowsOf(labels, 6, 1.5);
    const fit = train(id, x, targetOf(id, labels));
    const p = fit.predict({ x });
    expect(p.length).toBe(90 * classes);
    expect(accuracyOf(p, labels)).toBeGreaterThan(0.8);
    for (let i = 0; i < 90; i++) {
      const own = p.subarray(i * classes, (i + 1) * classes);
      expect(own.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
    }
    const again = kindOf(id).restore(structuredClone(fit.state));
    expect(again.predict({ x })).toEqual(p);
    expect(again.directions()).toEqual(fit.directions());
    expect(again.facts()).toEqual(fit.facts());
    expect(JSON.parse(JSON.stringify(fit.state.settings))).toEqual(fit.state.settings);
  });

  it("has directions along which its probability grows", () => {
    const labels = inTurn(60, 2);
    const x = rowsOf(labels, 6, 1.5);
    const fit = train(id, x, targetOf(id, labels));
    const [{ vector, bias, output }, ...others] = fit.directions();
    expect(others).toEqual([]);
    expect(output).toBe(id === "ordinal" ? 0 : 1);
    const scores = Array.from({ length: 60 }, (_, r) =>
      vector.reduce((sum, it, j) => sum + it * x.values[r * 6 + j], bias),
    );
    const p = fit.predict({ x });
    const order = scores.map((_, i) => i).sort((a, b) => scores[a] - scores[b]);
    for (let i = 1; i < 60; i++)
      expect(p[2 * order[i] + 1]).toBeGreaterThanOrEqual(p[2 * order[i - 1] + 1] - 1e-9);
  });

  it("learns from fewer rows than columns", () => {
    const labels = inTurn(20, 2);
    const x = rowsOf(labels, 50, 3);
    expect(accuracyOf(train(id, x, targetOf(id, labels)).predict({ x }), labels)).toBe(1);
  });

  it("never tells a class that has no example", () => {
    const labels = inTurn(40, 2).map((it) => 2 * it);
    const x = rowsOf(labels, 6, 1.5);
    const fit = train(id, x, targetOf(id, labels));
    const p = fit.predict({ x });
    expect(accuracyOf(p, labels)).toBeGreaterThan(0.8);
    expect(p.filter((_, i) => i % 3 === 1).every((it) => it === 0)).toBe(true);
    if (id !== "ordinal") expect(fit.directions()[0].output).toBe(2);
  });

  it("refuses what nothing can be learnt from, in words", () => {
    const labels = inTurn(20, 2);
    const x = rowsOf(labels, 3, 1);
    const refused = (x: Matrix, target: Target) => () => train(id, x, target);
    const one = { ...targetOf(id, labels), labels: new Int32Array(20) } as Target;
    expect(refused(x, one)).toThrow(/All examples have the label “class 0”/);
    expect(refused({ ...x, values: new Float32Array(60).fill(2) }, targetOf(id, labels))).toThrow(
      /All 20 rows are equal/,
    );
    const broken = x.values.slice();
    broken[3 * 4 + 1] = Number.NaN;
    expect(refused({ ...x, values: broken }, targetOf(id, labels))).toThrow(/Row 5 holds NaN in column 2/);
    broken[3 * 4 + 1] = Number.NEGATIVE_INFINITY;
    expect(refused({ ...x, values: broken }, targetOf(id, labels))).toThrow(/Row 5 holds -Infinity/);
    expect(refused(x, targetOf(id, inTurn(19, 2)))).toThrow(/20 examples and 19 targets/);
    expect(
      refused({ rows: 0, columns: 3, values: new Float32Array() }, targetOf(id, new Int32Array())),
    ).toThrow(RangeError);
    expect(() => train(id, x, targetOf(id, labels)).predict({ x: rowsOf(labels, 4, 1) })).toThrow(
      /trained on rows of 3 numbers, and these have 4/,
    );
  });

  it("says so where a class has fewer examples than there are folds", () => {
    const labels = Int32Array.from({ length: 30 }, (_, i) => Number(i < 3));
    const fit = train(id, rowsOf(labels, 4, 2), targetOf(id, labels));
    expect(factOf(fit, "folds")).toBe("3 instead of 5: the smallest class has 3 examples");
  });

  it("learns from a class of one example", () => {
    const labels = Int32Array.from({ length: 30 }, (_, i) => Number(i === 3));
    const x = rowsOf(labels, 4, 2);
    const p = train(id, x, targetOf(id, labels)).predict({ x });
    expect(p.every(Number.isFinite)).toBe(true);
  });

  it("is refused where its state is damaged", () => {
    const labels = inTurn(20, 2);
    const { state } = train(id, rowsOf(labels, 3, 1), targetOf(id, labels), { penalty: 0.5 });
    const { weight, ...tensors } = state.tensors;
    expect(() => kindOf(id).restore({ ...state, tensors })).toThrow(/lacks the tensor “weight”/);
    const short = { ...weight, values: weight.values.subarray(1) };
    expect(() => kindOf(id).restore({ ...state, tensors: { ...state.tensors, weight: short } })).toThrow(
      /“weight” .* has the shape/,
    );
    expect(() => kindOf(id).restore({ ...state, settings: {} })).toThrow(/settings .* are not complete/);
  });
});

/** Rows whose first column grows with the label. */
function alongOne(labels: Int32Array): Matrix {
  const x = rowsOf(labels, 6, 0);
  for (let r = 0; r < labels.length; r++) x.values[r * 6] += 3 * labels[r];
  return x;
}

describe("a ridge probe of a number", () => {
  const x = rowsOf(new Int32Array(50), 4, 0);
  const values = Float64Array.from({ length: 50 }, (_, r) => 3 * x.values[4 * r + 2] - 7);

  it("tells it, and is the same once restored", () => {
    const fit = train("ridge", x, { type: "number", values });
    const told = fit.predict({ x });
    told.forEach((it, r) => void expect(it).toBeCloseTo(values[r], 2));
    expect(kindOf("ridge").restore(structuredClone(fit.state)).predict({ x })).toEqual(told);
    expect(factOf(fit, "penalty")).toMatch(/chosen by leave-one-out \(squared error\)/);
  });

  it("refuses numbers that are equal or not finite", () => {
    const same = { type: "number", values: new Float64Array(50).fill(3) } as const;
    expect(() => train("ridge", x, same)).toThrow(/All examples have the target 3/);
    const broken = { type: "number", values: values.map((it, i) => (i === 6 ? Number.NaN : it)) } as const;
    expect(() => train("ridge", x, broken)).toThrow(/Example 7 has the target NaN/);
  });
});

it("penalties that make no sense are refused", () => {
  const labels = inTurn(20, 2);
  const x = rowsOf(labels, 3, 1);
  const at = (id: KindId, penalty: number) => () => train(id, x, classesOf(labels), { penalty });
  expect(at("logistic", 0)).toThrow("The penalty (C) is 0; it has to be a number above 0.");
  expect(at("ridge", Number.NaN)).toThrow(/α/);
  expect(at("lda", 1.5)).toThrow("The penalty (shrinkage) is 1.5; it has to be above 0 and at most 1.");
  expect(() => train("k-sparse", x, classesOf(labels), { k: 0 })).toThrow(/k is 0/);
  expect(() => train("ordinal", x, classesOf(labels))).toThrow(/an order/);
  expect(() => train("logistic", x, { type: "number", values: new Float64Array(20) })).toThrow(/number/);
  expect(() => kindOf("none" as KindId)).toThrow(/no kind of probe called "none"; there are logistic/);
});

it("a k-sparse probe reads k latents, the ones that differ", () => {
  const labels = inTurn(60, 2);
  const fit = train("k-sparse", rowsOf(labels, 30, 2), classesOf(labels), { k: 2 });
  expect(factOf(fit, "latents")?.split(", ").sort()).toEqual(["0", "1"]);
  expect(fit.directions()[0].vector.filter((it) => it !== 0).length).toBe(2);
  expect(fit.state.tensors.weight.shape).toEqual([1, 2]);
});

it("probabilities of scores that were learnt by heart stay unsure", () => {
  const labels = inTurn(40, 2);
  const x = rowsOf(labels, 80, 0);
  for (const id of ["mass-mean", "lda", "ridge"] as const) {
    const p = train(id, x, classesOf(labels)).predict({ x });
    expect(Math.max(...p), id).toBeLessThan(0.99);
  }
});
