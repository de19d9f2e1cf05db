import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Inputs } from "../../../server/src/learn/data.ts";
import { adamState, adamStep } from "../../../server/src/learn/kinds/adam.ts";
import { attentiveLoss, attentivePass } from "../../../server/src/learn/kinds/attentive-pass.ts";
import { ccs } from "../../../server/src/learn/kinds/ccs.ts";
import { fitBags } from "../../../server/src/learn/kinds/multiple-instance.ts";
import { sigmoid } from "../../../server/src/learn/sigmoid.ts";

const facts = JSON.parse(readFileSync(new URL("facts/token-kinds.json", import.meta.url), "utf8")) as {
  ccs: {
    x: number[];
    columns: number;
    labels: number[];
    loss: number;
    vector: number[];
    bias: number;
    probabilities: number[];
  };
  attentive: {
    x: number[];
    sizes: number[];
    labels: number[];
    values: number[];
    shape: [columns: number, queries: number, slice: number, classes: number];
    runs: {
      kind: "classes" | "number";
      start: number[];
      scores: number[];
      loss: number;
      gradient: number[];
      after: number[];
    }[];
  };
  bags: {
    x: number[];
    columns: number;
    sizes: number[];
    labels: number[];
    learnt: number[];
    held: number[];
    test: number[];
    alpha: number;
    separators: number[][];
    probabilities: number[];
    sets: number[][];
  };
};

it("CCS finds the direction that SciPy finds, and its sign", () => {
  const { x, columns, labels, vector, bias, loss, probabilities } = facts.ccs;
  const inputs = inputsOf(x, columns);
  const target = { type: "classes", names: ["untrue", "true"], labels: Int32Array.from(labels) } as const;
  const pairs = Int32Array.from(labels, (_, i) => i >> 1);
  const fit = ccs.fit(inputs, target, { seed: 1, pairs });
  const [direction] = fit.directions();
  expect(cosine(direction.vector, vector)).toBeGreaterThan(0.99999);
  expect(direction.bias).toBeCloseTo(bias, 3);
  expect(fit.facts()).toContainEqual(["least loss of ten starts", loss.toFixed(4)]);
  // What it tells by itself; labels calibrate that further.
  const own = (i: number) =>
    direction.vector.reduce((sum, it, k) => sum + it * inputs.x.values[i * columns + k], direction.bias);
  expect(furthest(probabilities, (i) => sigmoid(own(i)))).toBeLessThan(1e-3);
});

describe.each(facts.attentive.runs)("the attentive probe of $kind is PyTorch's", (run) => {
  const [columns, queries, slice, classes] = facts.attentive.shape;
  const shape = { columns, queries, slice, outputs: run.kind === "number" ? 1 : classes };
  const inputs = inputsOf(facts.attentive.x, columns, facts.attentive.sizes);
  const tokens = facts.attentive.sizes.map((_, i) =>
    inputs.x.values.subarray(inputs.starts![i] * columns, inputs.starts![i + 1] * columns),
  );
  const step = (parameters: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    return tokens.reduce((loss, x, i) => {
      const { labels, values } = facts.attentive;
      const is = run.kind === "number" ? { value: values[i] } : { label: labels[i] };
      return loss + attentiveLoss(shape, parameters, x, is, 1 / tokens.length, gradient);
    }, 0);
  };

  it("forward", () => {
    const found = tokens.flatMap((x) => [...attentivePass(shape, Float64Array.from(run.start), x).scores]);
    expect(furthest(run.scores, (i) => found[i])).toBeLessThan(1e-7);
  });
  it("backward, and after five steps of AdamW", () => {
    const parameters = Float64Array.from(run.start);
    const gradient = new Float64Array(parameters.length);
    expect(step(parameters, gradient)).toBeCloseTo(run.loss, 7);
    expect(furthest(run.gradient, (i) => gradient[i])).toBeLessThan(1e-7);
    const state = adamState(parameters.length);
    for (let k = 0; k < 5; k++) {
      step(parameters, gradient);
      adamStep(parameters, gradient, state, 0.01, 0.1);
    }
    expect(furthest(run.after, (i) => parameters[i])).toBeLessThan(1e-6);
  });
});

it("the three-way probe has SciPy's separators, probabilities and conformal sets", () => {
  const { x, columns, sizes, labels, learnt, held, test, alpha, separators, probabilities, sets } =
    facts.bags;
  const inputs = inputsOf(x, columns, sizes);
  const target = {
    type: "classes",
    names: ["true", "false", "neither"],
    labels: Int32Array.from(labels),
  } as const;
  const fit = fitBags(inputs, target, Int32Array.from(learnt), Int32Array.from(held), { alpha });
  const found = fit.state.tensors.separators.values;
  separators.forEach((separator, k) => {
    const own = found.subarray(k * (columns + 1), (k + 1) * (columns + 1));
    expect(furthest(separator, (i) => own[i])).toBeLessThan(1e-3);
  });
  const others = inputsOf(
    test.flatMap((i) => [
      ...inputs.x.values.subarray(inputs.starts![i] * columns, inputs.starts![i + 1] * columns),
    ]),
    columns,
    test.map((i) => sizes[i]),
  );
  const told = fit.predict(others);
  expect(furthest(probabilities, (i) => told[i])).toBeLessThan(1e-3);
  expect(fit.sets(others)).toEqual(sets);
});

function inputsOf(x: number[], columns: number, sizes?: number[]): Inputs {
  const matrix = { rows: x.length / columns, columns, values: Float32Array.from(x) };
  if (!sizes) return { x: matrix };
  const starts = new Int32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    starts[i + 1] = starts[i] + size;
  });
  return { x: matrix, starts };
}

function furthest(expected: number[], found: (i: number) => number): number {
  return expected.reduce((most, it, i) => Math.max(most, Math.abs(it - found(i))), 0);
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    ab += a[k] * b[k];
    aa += a[k] ** 2;
    bb += b[k] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
