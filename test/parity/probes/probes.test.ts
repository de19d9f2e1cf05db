import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { platt, temperature } from "../../../server/src/learn/calibrate.ts";
import { type Matrix, type Target, takeRows } from "../../../server/src/learn/data.ts";
import type { Fit, FitOptions, KindId } from "../../../server/src/learn/kind.ts";
import { kindOf } from "../../../server/src/learn/kinds/index.ts";
import { readFacts, relativeError } from "../models/facts.ts";
import { data, type Recipe } from "./data.ts";

interface Known {
  of: string;
  penalty: number;
  k?: number;
  auc?: number | null;
  latents?: number[];
}

const facts = join(import.meta.dirname, "facts");
const known = JSON.parse(readFileSync(join(facts, "probes.json"), "utf8"));
const tensors = readFacts(join(facts, "probes.safetensors"));
const tensor = (name: string) => tensors.get(name)!.data;
const namesOf = (start: string) => Object.keys(known).filter((name) => name.startsWith(start));

/** The rows to learn from, and those held back. */
interface Set {
  x: Matrix;
  held: Matrix;
  labels: Int32Array;
  heldLabels: Int32Array;
  order: Int32Array;
  values: Float64Array;
}

const made = new Map<string, Set>();

function setOf(name: string): Set {
  const at = made.get(name);
  if (at) return at;
  const { rows, held, ...recipe } = known.sets[name] as Recipe & { held: number };
  const all = data({ ...recipe, rows: rows + held });
  const numbers = Int32Array.from({ length: rows + held }, (_, i) => i);
  const set = {
    x: takeRows(all.x, numbers.subarray(0, rows)),
    held: takeRows(all.x, numbers.subarray(rows)),
    labels: all.labels.slice(0, rows),
    heldLabels: all.labels.slice(rows),
    order: all.order.slice(0, rows),
    values: all.values.slice(0, rows),
  };
  made.set(name, set);
  return set;
}

function classesOf(labels: Int32Array): Target {
  const count = Math.max(...labels) + 1;
  return { type: "classes", names: Array.from({ length: count }, (_, k) => `class ${k}`), labels };
}

const train = (id: KindId, x: Matrix, target: Target, options: Partial<FitOptions>) => {
  const { fit: learn } = kindOf(id);
  return learn({ x }, target, { seed: 1, ...options });
};

function fitOf(kind: KindId, { of, penalty, k }: Known, more: Partial<FitOptions> = {}): Fit {
  const { x, labels } = setOf(of);
  return train(kind, x, classesOf(labels), { penalty, k, ...more });
}

/** Cosines of every direction with the fact's. */
function cosines(fit: Fit, weight: Float32Array): number[] {
  return fit.directions().map(({ vector }, o) => {
    const fact = weight.subarray(o * vector.length, (o + 1) * vector.length);
    let dot = 0;
    for (let j = 0; j < vector.length; j++) dot += vector[j] * fact[j];
    return dot / Math.hypot(...vector) / Math.hypot(...fact);
  });
}

const argmaxes = (p: ArrayLike<number>, classes: number) =>
  Array.from({ length: p.length / classes }, (_, i) => {
    const own = Array.from({ length: classes }, (_, k) => p[i * classes + k]);
    return own.indexOf(Math.max(...own));
  });

function shareEqual(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let same = 0;
  for (let i = 0; i < b.length; i++) if (a[i] === b[i]) same++;
  return same / b.length;
}

/** Share of pairs of unlike labels in their right order. */
function aucOf(p: Float64Array, labels: Int32Array): number {
  const order = Array.from(labels.keys()).sort((a, b) => p[2 * a + 1] - p[2 * b + 1]);
  const [up, total] = [labels.reduce((sum, it) => sum + it, 0), labels.length];
  const ranks = order.reduce((sum, i, rank) => sum + (labels[i] === 1 ? rank + 1 : 0), 0);
  return (ranks - (up * (up + 1)) / 2) / (up * (total - up));
}

/** Weights and intercepts as the fact has them: scores are only right if both are. */
function scoresAgree(fit: Fit, name: string, limit: number): void {
  const weight = tensor(`${name}.weight`);
  expect(Math.min(...cosines(fit, weight))).toBeGreaterThan(1 - limit ** 2);
  const directions = fit.directions();
  const all = Float64Array.from(directions.flatMap(({ vector }) => Array.from(vector)));
  expect(relativeError(all, weight)).toBeLessThan(limit);
  const [ours, theirs] = [directions.map(({ bias }) => bias), tensor(`${name}.bias`)];
  expect(relativeError(ours, theirs)).toBeLessThan(limit);
}

it.each(Object.entries(known.sets))("the rows of %s are those of data.py", (name, facts) => {
  const { x, labels } = setOf(name);
  const { sum, labels: counts } = facts as { sum: number; labels: number[] };
  expect(x.values.reduce((total, it) => total + Math.abs(it), 0) / sum).toBeCloseTo(1, 9);
  expect(counts.map((_, k) => labels.filter((it) => it === k).length)).toEqual(counts);
});

describe.each(namesOf("logistic."))("%s is scikit-learn's", (name) => {
  const fact: Known = known[name];
  const fit = fitOf("logistic", fact);
  const { held, heldLabels } = setOf(fact.of);
  const p = fit.predict({ x: held });

  it("in its coefficients", () => {
    expect(Math.min(...cosines(fit, tensor(`${name}.weight`)))).toBeGreaterThan(0.999);
    scoresAgree(fit, name, 1e-3);
  });

  it("in its predictions and probabilities", () => {
    const theirs = tensor(`${name}.p`);
    expect(shareEqual(argmaxes(p, fit.outputs), argmaxes(theirs, fit.outputs))).toBeGreaterThanOrEqual(0.999);
    expect(relativeError(p, theirs)).toBeLessThan(1e-3);
  });

  it("in its AUC", () => {
    if (fact.auc) expect(Math.abs(aucOf(p, heldLabels) - fact.auc)).toBeLessThan(0.001);
    else expect(fit.outputs === 2).toBe(fact.auc !== null);
  });
});

it.each(namesOf("choice."))("%s: C is LogisticRegressionCV's on the same folds", (name) => {
  const fact: Known = known[name];
  // Groups as large as the folds are the folds.
  const groups = setOf(fact.of).labels.map((_, i) => (i * 7) % 5);
  const fit = fitOf("logistic", { ...fact, penalty: undefined as never }, { groups, folds: 5 });
  const [, text] = fit.facts().find(([name]) => name === "penalty")!;
  expect(text).toContain(`C ${Number(fact.penalty.toPrecision(4))}, chosen by 5-fold`);
});

it.each(namesOf("ridge.number."))("%s is scikit-learn's Ridge", (name) => {
  const { of, penalty }: Known = known[name];
  const { x, held, values } = setOf(of);
  const fit = train("ridge", x, { type: "number", values }, { penalty });
  scoresAgree(fit, name, 1e-3);
  expect(relativeError(fit.predict({ x: held }), tensor(`${name}.p`))).toBeLessThan(1e-3);
});

it.each(namesOf("ridge.classes."))("%s is scikit-learn's RidgeClassifier", (name) => {
  scoresAgree(fitOf("ridge", known[name]), name, 1e-3);
});

it.each(namesOf("lda."))("%s is scikit-learn's", (name) => {
  const fit = fitOf("lda", known[name]);
  const weight = tensor(`${name}.weight`);
  if (fit.outputs === 2) return scoresAgree(fit, name, 1e-3);
  // Ours are less their average over classes, which no difference of scores changes.
  const d = weight.length / fit.outputs;
  const [w, b] = [Float64Array.from(weight), Float64Array.from(tensor(`${name}.bias`))];
  for (let j = 0; j < d; j++) {
    let mean = 0;
    for (let k = 0; k < fit.outputs; k++) mean += w[k * d + j] / fit.outputs;
    for (let k = 0; k < fit.outputs; k++) w[k * d + j] -= mean;
  }
  const directions = fit.directions();
  const all = Float64Array.from(directions.flatMap(({ vector }) => Array.from(vector)));
  expect(relativeError(all, w)).toBeLessThan(1e-3);
  const centred = (values: number[]) =>
    values.map((it) => it - values.reduce((sum, v) => sum + v, 0) / values.length);
  expect(relativeError(centred(directions.map(({ bias }) => bias)), centred(Array.from(b)))).toBeLessThan(
    1e-3,
  );
});

it.each(["mass-mean.two", "mass-mean.wide"])("%s is NumPy's", (name) => {
  scoresAgree(fitOf("mass-mean", known[name]), name, 1e-3);
});

it("the mass-mean probe of four classes tells the nearest mean", () => {
  const fit = fitOf("mass-mean", known["mass-mean.four"]);
  const told = argmaxes(fit.predict({ x: setOf("four").held }), 4);
  expect(shareEqual(told, tensor("mass-mean.four.p"))).toBeGreaterThanOrEqual(0.999);
});

it.each(namesOf("mass-mean-whitened."))("%s is NumPy's", (name) => {
  scoresAgree(fitOf("mass-mean-whitened", known[name]), name, 1e-3);
});

it.each(namesOf("k-sparse."))("%s reads NumPy's latents by scikit-learn's regression", (name) => {
  const fact: Known = known[name];
  const fit = fitOf("k-sparse", { ...fact, penalty: 1 });
  expect(fit.facts()).toContainEqual(["latents", fact.latents!.join(", ")]);
  scoresAgree(fit, name, 1e-3);
  expect(relativeError(fit.predict({ x: setOf(fact.of).held }), tensor(`${name}.p`))).toBeLessThan(1e-3);
});

it.each(namesOf("attention-pattern."))("%s is scikit-learn's L1 regression", (name) => {
  const fact: Known = known[name];
  const fit = fitOf("attention-pattern", fact);
  scoresAgree(fit, name, 1e-3);
  const zeros = (values: ArrayLike<number>) => Array.from(values, (it) => it === 0);
  expect(fit.directions().flatMap(({ vector }) => zeros(vector))).toEqual(zeros(tensor(`${name}.weight`)));
  expect(relativeError(fit.predict({ x: setOf(fact.of).held }), tensor(`${name}.p`))).toBeLessThan(1e-3);
});

it.each(namesOf("ordinal."))("%s is the minimum of proportional odds that SciPy finds", (name) => {
  const { of, penalty }: Known = known[name];
  const { x, held, order } = setOf(of);
  const target: Target = { type: "ordered", names: ["none", "some", "more", "most"], labels: order };
  const fit = train("ordinal", x, target, { penalty });
  expect(relativeError(fit.directions()[0].vector, tensor(`${name}.weight`))).toBeLessThan(1e-3);
  expect(relativeError(fit.state.tensors.bias.values, tensor(`${name}.bias`))).toBeLessThan(1e-3);
  expect(relativeError(fit.predict({ x: held }), tensor(`${name}.p`))).toBeLessThan(1e-3);
});

it("Platt scaling is scikit-learn's", () => {
  const { labels, values } = setOf("few");
  const { a, b } = platt(
    values.map((it) => (3 * it) / 20 + 0.4),
    labels,
  );
  expect(a / known.platt.a).toBeCloseTo(1, 4);
  expect(b / known.platt.b).toBeCloseTo(1, 3);
});

it("the temperature is scikit-learn's", () => {
  const scores = Float64Array.from(tensor("temperature.scores"));
  const { a } = temperature(scores, setOf("fewFour").labels, 4);
  const p = scores.map((_, i) => {
    const at = i - (i % 4);
    return 1 / scores.subarray(at, at + 4).reduce((sum, it) => sum + Math.exp(a * (it - scores[i])), 0);
  });
  expect(relativeError(p, tensor("temperature.p"))).toBeLessThan(1e-3);
});
