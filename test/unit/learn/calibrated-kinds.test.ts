import { describe, expect, it } from "vitest";
import type { Inputs } from "../../../server/src/learn/data.ts";
import { calibrationOf, recalibrated } from "../../../server/src/learn/held-out-calibration.ts";
import type { Fit, Kind } from "../../../server/src/learn/kind.ts";
import { attentive } from "../../../server/src/learn/kinds/attentive.ts";
import { ccs } from "../../../server/src/learn/kinds/ccs.ts";
import { multipleInstance } from "../../../server/src/learn/kinds/multiple-instance.ts";
import { calibrationError, logLoss, reliability } from "../../../server/src/learn/metrics/probabilities.ts";
import { randomOf } from "../../../server/src/learn/random.ts";
import { classes, noise } from "./doubles.ts";

/** Texts of three tokens in which the last one says a little of the class, among many columns that say nothing. */
function texts(n: number, seed: number, shares: number[]): { inputs: Inputs; labels: Int32Array } {
  const random = randomOf(seed);
  const labels = Int32Array.from({ length: n }, () => {
    const at = random();
    return shares.findIndex((_, k) => at < shares.slice(0, k + 1).reduce((a, b) => a + b, 0));
  });
  const starts = Int32Array.from({ length: n + 1 }, (_, i) => 3 * i);
  const x = noise(3 * n, 40, seed + 1, (row, column) =>
    row % 3 === 2 && column === labels[Math.floor(row / 3)] ? 1.5 : 0,
  );
  return { inputs: { x, starts }, labels };
}

/** Pairs of which the second side is negated, and each example has a little of truth. */
function statements(pairs: number, seed: number) {
  const random = randomOf(seed);
  const first = Int32Array.from({ length: pairs }, () => (random() < 0.5 ? 1 : 0));
  const labels = Int32Array.from({ length: 2 * pairs }, (_, i) =>
    i % 2 ? 1 - first[i >> 1] : first[i >> 1],
  );
  const x = noise(2 * pairs, 30, seed + 1, (row, column) =>
    column === 0 ? 3 * labels[row] - 1.5 : column === 1 ? 5 * (row % 2) : 0,
  );
  return { inputs: { x }, labels, pairs: labels.map((_, i) => i >> 1) };
}

/** The same fit without its calibration. */
const raw = (kind: Kind, { state }: Fit, tensor: string): Fit =>
  kind.restore({
    ...state,
    tensors: { ...state.tensors, [tensor]: { shape: [2], values: Float32Array.of(1, 0) } },
  });

function errors(fit: Fit, inputs: Inputs, labels: Int32Array, count: number) {
  const told = fit.predict(inputs);
  return {
    calibration: calibrationError(reliability(told, labels, count))!,
    loss: logLoss(told, labels, count)!,
  };
}

describe("probabilities of examples never met", () => {
  it.each([
    ["attentive, two classes", attentive, [0.5, 0.5], "calibration"],
    ["attentive, three classes", attentive, [0.4, 0.3, 0.3], "calibration"],
    ["multiple-instance, one class rare", multipleInstance, [0.85, 0.15], "probabilities"],
    ["multiple-instance, three classes", multipleInstance, [0.4, 0.3, 0.3], "probabilities"],
  ] as const)("are honest: %s", (_, kind, shares, tensor) => {
    const names = shares.map((_, k) => `class ${k}`);
    const train = texts(400, 3, [...shares]);
    const test = texts(2000, 11, [...shares]);
    const fit = kind.fit(train.inputs, classes(names, train.labels), { seed: 1 });
    const found = errors(fit, test.inputs, test.labels, names.length);
    const before = errors(raw(kind, fit, tensor), test.inputs, test.labels, names.length);
    expect(found.loss).toBeLessThan(before.loss);
    expect(found.calibration).toBeLessThan(0.08);
    expect(before.calibration).toBeGreaterThan(found.calibration);
    const kept = kind.restore(fit.state).predict(test.inputs);
    expect(kept).toEqual(fit.predict(test.inputs));
    const { [tensor]: _calibration, ...without } = fit.state.tensors;
    expect(() => kind.restore({ ...fit.state, tensors: without })).toThrow(`lacks the tensor “${tensor}”`);
  });

  it("are honest: ccs, whose direction knows of labels only its sign", () => {
    const train = statements(200, 5);
    const test = statements(1000, 17);
    const target = classes(["untrue", "true"], train.labels);
    const fit = ccs.fit(train.inputs, target, { seed: 1, pairs: train.pairs });
    const found = errors(fit, test.inputs, test.labels, 2);
    const before = errors(raw(ccs, fit, "calibration"), test.inputs, test.labels, 2);
    expect(found.loss).toBeLessThan(before.loss);
    expect(found.calibration).toBeLessThan(0.05);
    expect(before.calibration).toBeGreaterThan(0.1);
    expect(Object.fromEntries(fit.facts()).calibration).toContain(
      "Platt scaling on the labels of 400 examples",
    );
  });

  it("are as told where too few examples are there to hold any out", () => {
    const few = texts(3, 1, [1]);
    const fit = attentive.fit(few.inputs, classes(["a", "b"], [0, 1, 1]), { seed: 1 });
    expect(Object.fromEntries(fit.facts()).calibration).toBe("none, since no examples can be held out");
    expect([...fit.state.tensors.calibration.values]).toEqual([1, 0]);
  });
});

describe("calibration of probabilities", () => {
  it("takes back what made them too sure, and is nothing where they are right", () => {
    const random = randomOf(2);
    for (const count of [2, 4]) {
      const true_ = Array.from({ length: 4000 }, () => {
        const z = Array.from({ length: count }, () => 3 * random());
        const total = z.reduce((sum, it) => sum + Math.exp(it), 0);
        return z.map((it) => Math.exp(it) / total);
      });
      const labels = Int32Array.from(true_, (p) => {
        const at = random();
        return p.findIndex((_, k) => at < p.slice(0, k + 1).reduce((a, b) => a + b, 0));
      });
      const sure = Float64Array.from(
        true_.flatMap((p) => {
          const total = p.reduce((sum, it) => sum + it ** 3, 0);
          return p.map((it) => it ** 3 / total);
        }),
      );
      const calibration = calibrationOf(sure, labels, count);
      expect(calibration.a).toBeCloseTo(1 / 3, 1);
      const told = recalibrated(sure, count, calibration);
      true_.flat().forEach((p, i) => {
        expect(Math.abs(told[i] - p)).toBeLessThan(0.06);
      });
      expect(recalibrated(sure, count, { a: 1, b: 0 })).toBe(sure);
    }
  });
  it("survives certainty", () => {
    const told = Float64Array.of(0, 1, 1, 0, 0, 1, 1, 0);
    const { a, b } = calibrationOf(told, Int32Array.of(1, 0, 0, 1), 2);
    const found = recalibrated(told, 2, { a, b });
    expect(found.every((it) => it > 0.01 && it < 0.99)).toBe(true);
  });
});
