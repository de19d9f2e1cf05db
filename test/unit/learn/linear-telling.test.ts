import { describe, expect, it } from "vitest";
import type { Inputs, Target } from "../../../server/src/learn/data.ts";
import type { KindId } from "../../../server/src/learn/kind.ts";
import { kindOf } from "../../../server/src/learn/kinds/index.ts";
import { logistic } from "../../../server/src/learn/kinds/logistic.ts";
import { ordinal } from "../../../server/src/learn/kinds/ordinal.ts";
import { ridge } from "../../../server/src/learn/kinds/ridge.ts";
import { linearTelling, logOdds } from "../../../server/src/learn/linear-telling.ts";
import { randomOf } from "../../../server/src/learn/random.ts";

const [rows, columns] = [60, 4];
const random = randomOf(3);
const labels = Int32Array.from({ length: rows }, (_, i) => (i + (i >> 2)) % 2);
const values = Float32Array.from(
  { length: rows * columns },
  (_, i) => random() - 0.5 + (i % columns === 1 ? labels[Math.floor(i / columns)] / 3 : 0),
);
const inputs: Inputs = { x: { rows, columns, values } };
const pairs = Int32Array.from({ length: rows }, (_, i) => i >> 1);

/** `x · vector + bias` of each row. */
const scores = (vector: Float32Array, bias: number) =>
  Array.from({ length: rows }, (_, r) =>
    vector.reduce((sum, it, j) => sum + it * values[r * columns + j], bias),
  );

describe("what a linear probe tells", () => {
  it.each([
    "logistic",
    "ridge",
    "mass-mean",
    "mass-mean-whitened",
    "lda",
    "k-sparse",
    "ccs",
  ] satisfies KindId[])("of two classes is a log-odds: %s", (id) => {
    const target: Target = { type: "classes", labels, names: ["a", "b"] };
    const kind = kindOf(id);
    const fit = kind.fit(inputs, target, { seed: 1, pairs, k: 2 });
    const telling = linearTelling(fit)!;
    expect(telling).toMatchObject({ of: "log-odds", output: 1 });
    const p = fit.predict(inputs);
    scores(telling.vector, telling.bias).forEach((score, r) => {
      expect(score).toBeCloseTo(logOdds(p[2 * r + 1]), 4);
    });
  });

  it("of a number is the number", () => {
    const target: Target = { type: "number", values: Float64Array.from(labels, (it, i) => it + i / rows) };
    const fit = ridge.fit(inputs, target, { seed: 1 });
    const { of, vector, bias } = linearTelling(fit)!;
    expect(of).toBe("number");
    const told = fit.predict(inputs);
    scores(vector, bias).forEach((score, r) => {
      expect(score).toBeCloseTo(told[r], 4);
    });
  });

  it("of three classes, or of an order, is no one direction", () => {
    const three = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const names = ["a", "b", "c"];
    const classes = logistic.fit(inputs, { type: "classes", labels: three, names }, { seed: 1 });
    expect(linearTelling(classes)).toBeNull();
    const ordered = ordinal.fit(inputs, { type: "ordered", labels: three, names }, { seed: 1 });
    expect(linearTelling(ordered)).toBeNull();
  });
});
