import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Figures, figuresOf, leadingValue } from "../../../server/src/learn/metrics/figures.ts";
import { spearman } from "../../../server/src/learn/metrics/numbers.ts";

const facts = JSON.parse(readFileSync(new URL("facts/metrics.json", import.meta.url), "utf8")) as {
  classes: (Omit<Figures, "reliability"> & {
    accuracy: number;
    labels: number[];
    probabilities: number[];
    classes: number;
    reliability: [confidence: number, accuracy: number][];
  })[];
  number: { values: number[]; told: number[]; r2: number; spearman: number; meanAbsoluteError: number };
};

it.each(facts.classes)("$classes classes have scikit-learn's figures", (fact) => {
  const names = Array.from({ length: fact.classes }, (_, k) => `class ${k}`);
  const target = { type: "classes", names, labels: Int32Array.from(fact.labels) } as const;
  const found = figuresOf(Float64Array.from(fact.probabilities), target);
  for (const name of ["balancedAccuracy", "auc", "logLoss", "brier", "calibrationError"] as const)
    expect(found[name], name).toBeCloseTo(fact[name]!, 12);
  expect(leadingValue(Float64Array.from(fact.probabilities), target)).toBeCloseTo(fact.accuracy, 12);
  expect(found.confusion).toEqual(fact.confusion);
  expect(found.f1).toEqual(fact.f1.map((it) => expect.closeTo(it, 12)));
  expect(found.reliability.map((it) => [it.confidence, it.accuracy])).toEqual(
    fact.reliability.map((point) => point.map((it) => expect.closeTo(it, 12))),
  );
});

it("numbers have the figures of scikit-learn and SciPy", () => {
  const { values, told, ...figures } = facts.number;
  const found = figuresOf(Float64Array.from(told), { type: "number", values: Float64Array.from(values) });
  expect(found).toMatchObject({
    r2: expect.closeTo(figures.r2, 12),
    meanAbsoluteError: expect.closeTo(figures.meanAbsoluteError, 12),
  });
  expect(spearman(told, values)).toBeCloseTo(figures.spearman, 12);
});
