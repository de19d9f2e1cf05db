import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { meanOf, shareOf } from "../../../server/src/learn/metrics/intervals.ts";
import { meanOfUnits, shareOfUnits } from "../../../server/src/learn/metrics/unit-intervals.ts";

const { shares, means, unitMeans, unitShares } = JSON.parse(
  readFileSync(new URL("facts/intervals.json", import.meta.url), "utf8"),
) as {
  shares: { successes: number; n: number; low: number; high: number }[];
  means: { values: number[]; low: number; high: number }[];
  unitMeans: { values: number[]; units: number[]; low: number; high: number }[];
  unitShares: { values: number[]; units: number[]; low: number; high: number }[];
};

it.each(shares)("the share $successes of $n has SciPy's Wilson interval", ({ successes, n, low, high }) => {
  const found = shareOf(Array.from({ length: n }, (_, i) => (i < successes ? 1 : 0)));
  expect(found.value).toBeCloseTo(successes / n, 12);
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 9), expect.closeTo(high, 9)]);
});

it.each(means)("a mean has SciPy's Student interval", ({ values, low, high }) => {
  const found = meanOf(values);
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 8), expect.closeTo(high, 8)]);
});

it.each(unitMeans)("a mean of units has statsmodels' interval of errors clustered by them", ({
  values,
  units,
  low,
  high,
}) => {
  const found = meanOfUnits(values, { units: Int32Array.from(units), copies: null });
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 8), expect.closeTo(high, 8)]);
});

it.each(unitShares)("a share of units has Wilson's interval of as many examples as that error is worth", ({
  values,
  units,
  low,
  high,
}) => {
  const found = shareOfUnits(values, { units: Int32Array.from(units), copies: null });
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 8), expect.closeTo(high, 8)]);
});
