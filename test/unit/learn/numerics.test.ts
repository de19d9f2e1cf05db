import { describe, expect, it } from "vitest";
import { factor, solveInPlace, solveOne } from "../../../server/src/learn/cholesky.ts";
import { binaryHead, type Head, softmaxHead } from "../../../server/src/learn/heads.ts";
import { ordinalHead } from "../../../server/src/learn/ordinal-head.ts";
import { exactInverses } from "../../../server/src/learn/preconditioner.ts";
import { allRows, gather, gramOfColumns, gramOfRows, project } from "../../../server/src/learn/products.ts";
import { scalingOf, standardised } from "../../../server/src/learn/standardise.ts";
import { inTurn, rowsOf } from "./material.ts";

/** Sizes around the tiles of 3, the blocks of 48 and the panels of 128. */
const sizes = [1, 2, 3, 4, 47, 48, 49, 50, 97, 130];

it.each(sizes)("Cholesky of a matrix of %i rows solves it", (n) => {
  const m = rowsOf(new Int32Array(n + 2), n, 0);
  const a = gramOfColumns(m, allRows(n + 2));
  for (let i = 0; i < n; i++) a[i * n + i] += 1;
  const at = (i: number, j: number) => a[Math.max(i, j) * n + Math.min(i, j)];
  const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  const b = x.map((_, i) => x.reduce((sum, it, j) => sum + at(i, j) * it, 0));
  const l = factor(a.slice(), n, "singular");
  const two = Float64Array.from({ length: 2 * n }, (_, i) => b[i >> 1] * (1 + (i % 2)));
  solveInPlace(l, two, n, 2);
  solveOne(l, b, n);
  b.forEach((it, i) => void expect(it).toBeCloseTo(x[i], 10));
  two.forEach((it, i) => void expect(it).toBeCloseTo(x[i >> 1] * (1 + (i % 2)), 10));
});

it("a matrix that is not positive definite is refused in the words given", () => {
  expect(() => factor(Float64Array.of(1, 0, 1, 1), 2, "no inverse")).toThrow(new RangeError("no inverse"));
});

it.each([1, 3, 5, 131])("products of %i rows are those of the definition", (n) => {
  const x = rowsOf(new Int32Array(n + 3), 7, 0);
  const rows = allRows(n).map((i) => i + 2);
  const at = (i: number, j: number) => x.values[rows[i] * 7 + j];
  const columns = gramOfColumns(x, rows);
  for (let i = 0; i < 7; i++)
    for (let j = 0; j <= i; j++)
      expect(columns[i * 7 + j]).toBeCloseTo(
        rows.reduce((sum, _, r) => sum + at(r, i) * at(r, j), 0),
        9,
      );
  const between = gramOfRows(x, rows);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let c = 0; c < 7; c++) sum += at(i, c) * at(j, c);
      expect(between[i * n + j]).toBeCloseTo(sum, 9);
    }
  const w = Float64Array.from({ length: 14 }, (_, i) => Math.cos(i));
  const z = new Float64Array(2 * n);
  project(x, rows, w, 2, z);
  const g = new Float64Array(14);
  gather(x, rows, z, 2, g);
  const expected = new Float64Array(14);
  for (let r = 0; r < n; r++)
    for (let o = 0; o < 2; o++) {
      let sum = 0;
      for (let j = 0; j < 7; j++) sum += at(r, j) * w[o * 7 + j];
      expect(z[r * 2 + o]).toBeCloseTo(sum, 9);
      for (let j = 0; j < 7; j++) expected[o * 7 + j] += sum * at(r, j);
    }
  g.forEach((it, i) => void expect(it).toBeCloseTo(expected[i], 8));
});

it.each([
  [40, 6],
  [6, 40],
])("the inverse of λ + ρ XᵀX / n holds for %i rows of %i", (n, d) => {
  const x = rowsOf(new Int32Array(n), d, 0);
  const v = Float64Array.from({ length: d }, (_, j) => Math.cos(j));
  const z = new Float64Array(n);
  project(x, allRows(n), v, 1, z);
  const forward = new Float64Array(d);
  gather(x, allRows(n), z, 1, forward);
  forward.forEach((it, j) => {
    forward[j] = 0.3 * v[j] + (0.7 * it) / n;
  });
  exactInverses(x, allRows(n))(0.3, 0.7)(forward, 0);
  forward.forEach((it, j) => void expect(it).toBeCloseTo(v[j], 9));
});

it("constant columns keep their scale, others come to mean 0 and deviation 1", () => {
  const x = rowsOf(inTurn(50, 2), 3, 4);
  for (let r = 0; r < 50; r++) x.values[3 * r + 2] = 0.1;
  const scaling = scalingOf(x);
  expect(scaling.scale[2]).toBe(1);
  const { values } = standardised(x, scaling);
  for (const j of [0, 1]) {
    const column = Array.from({ length: 50 }, (_, r) => values[3 * r + j]);
    expect(column.reduce((sum, it) => sum + it, 0) / 50).toBeCloseTo(0, 6);
    expect(column.reduce((sum, it) => sum + it * it, 0) / 50).toBeCloseTo(1, 5);
  }
});

const heads: [string, Head][] = [
  ["binary", binaryHead],
  ["softmax", softmaxHead(3)],
  ["ordinal", ordinalHead(4)],
];

describe.each(heads)("the %s head", (_, head) => {
  const labels = inTurn(6, head.classes);
  const z = Float64Array.from({ length: 6 * head.outputs }, (_, i) => 3 * Math.sin(5 * i));
  const free = head.start(labels).map((it, k) => it + 0.2 * k);
  const lossAt = (z: Float64Array, free: Float64Array) =>
    head.loss(z, free, labels, new Float64Array(z.length), new Float64Array(free.length));

  it("has the loss of its probabilities, which add up to 1", () => {
    const p = new Float64Array(head.classes);
    let loss = 0;
    labels.forEach((label, r) => {
      head.probabilities(z, r, free, p);
      expect(p.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 12);
      loss -= Math.log(p[label]);
    });
    expect(lossAt(z, free)).toBeCloseTo(loss, 9);
  });

  it("has the derivatives of its loss", () => {
    const [dz, dfree] = [new Float64Array(z.length), new Float64Array(free.length)];
    head.loss(z, free, labels, dz, dfree);
    const moved = (values: Float64Array, i: number, by: number) =>
      values.map((it, k) => it + (k === i ? by : 0));
    const h = 1e-5;
    dz.forEach((slope, i) => {
      const found = (lossAt(moved(z, i, h), free) - lossAt(moved(z, i, -h), free)) / (2 * h);
      expect(slope).toBeCloseTo(found, 6);
    });
    dfree.forEach((slope, i) => {
      const found = (lossAt(z, moved(free, i, h)) - lossAt(z, moved(free, i, -h))) / (2 * h);
      expect(slope).toBeCloseTo(found, 6);
    });
  });

  it("stays finite where it is sure and wrong", () => {
    const far = z.map((it) => 1000 * it);
    expect(Number.isFinite(lossAt(far, free))).toBe(true);
  });
});

it("thresholds out of order have no loss", () => {
  const head = ordinalHead(3);
  const loss = head.loss(
    new Float64Array(1),
    Float64Array.of(1, 0),
    new Int32Array(1),
    new Float64Array(1),
    new Float64Array(2),
  );
  expect(loss).toBeNaN();
});
