import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Target } from "../../../server/src/learn/data.ts";
import { ridge } from "../../../server/src/learn/kinds/ridge.ts";
import { leaveOneOutErrors } from "../../../server/src/learn/leave-one-out.ts";
import { scalingOf, standardised } from "../../../server/src/learn/standardise.ts";
import { relativeError } from "../models/facts.ts";
import { data, type Recipe } from "./data.ts";

interface Fact extends Recipe {
  penalty: number;
  /** Mean squared error of each α, from 1e-2 to 1e6, each row told by a fit to all others. */
  errors: number[];
  weight: number[];
  bias: number[];
}

const path = join(import.meta.dirname, "facts/ridge.json");
const { versions: _, ...facts } = JSON.parse(readFileSync(path, "utf8")) as Record<string, Fact>;

describe.each(Object.entries(facts))("ridge without a penalty, %s", (_, fact) => {
  const { x, labels, values } = data(fact);
  const many = fact.classes > 2;
  const target: Target = many
    ? { type: "classes", names: Array.from({ length: fact.classes }, (_, k) => `class ${k}`), labels }
    : { type: "number", values };

  it("has the error of each α on rows left out", () => {
    const outputs = many ? fact.classes : 1;
    const y = many
      ? Float64Array.from({ length: x.rows * outputs }, (_, i) =>
          labels[Math.floor(i / outputs)] === i % outputs ? 1 : -1,
        )
      : values;
    const alphas = fact.errors.map((_, i) => 10 ** (i - 2));
    const errors = leaveOneOutErrors(standardised(x, scalingOf(x)), y, outputs, alphas);
    errors.forEach((error, i) => {
      expect(Math.abs(error / fact.errors[i] - 1)).toBeLessThan(1e-4);
    });
  });

  it("chooses scikit-learn's α and learns its coefficients", () => {
    const fit = ridge.fit({ x }, target, { seed: 1 });
    expect(fit.penalty).toBe(fact.penalty);
    expect(fit.facts()[0][1]).toContain(`α ${fact.penalty}, chosen by leave-one-out`);
    const directions = fit.directions();
    const weights = directions.flatMap(({ vector }) => Array.from(vector));
    expect(relativeError(weights, fact.weight)).toBeLessThan(1e-3);
    expect(
      relativeError(
        directions.map(({ bias }) => bias),
        fact.bias,
      ),
    ).toBeLessThan(1e-3);
  });

  it("chooses over folds where groups stay together", () => {
    const groups = Int32Array.from({ length: x.rows }, (_, i) => i >> 1);
    expect(ridge.fit({ x }, target, { seed: 1, groups }).facts()[0][1]).toContain("5-fold cross-validation");
  });
});
