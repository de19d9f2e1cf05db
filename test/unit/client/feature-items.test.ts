import { expect, it } from "vitest";
import { featureItems } from "../../../client/src/feature-items.ts";
import type { RankedInspect } from "../../../server/src/protocol/panel.ts";

const feature = (feature: number, activation: number, label: string | null) => ({
  sae: 0,
  feature,
  activation,
  label,
});
const answer = {
  saes: [{ id: "s" }],
  scales: [
    { sae: 0, feature: 1, value: 100, from: "known maximum" },
    { sae: 0, feature: 2, value: 10, from: "known maximum" },
    { sae: 0, feature: 3, value: 8, from: "this file" },
  ],
  tokens: [
    { text: "<s>", virtual: true, features: [feature(2, 10, "two"), feature(9, 999, "template")] },
    { text: " odd", virtual: false, outside: [true], features: [feature(8, 999, "massive")] },
    { text: " a", virtual: false, outside: [false], features: [feature(1, 50, "one"), feature(2, 3, "two")] },
    { text: " b", virtual: false, outside: [false], features: [feature(2, 8, "two"), feature(3, 8, null)] },
  ],
} as unknown as RankedInspect;

it("offers labelled features first, each by how near it comes to its scale, template and outside tokens left out", () => {
  const items = featureItems("file:///a", answer);
  expect(items.map((item) => item.label)).toEqual(["two", "one", "feature 3"]);
  expect(items[0]).toEqual({
    label: "two",
    description: "s · 2",
    detail: "strongest on “b”: 8.0, 80 % of its known maximum",
    target: { uri: "file:///a", sae: "s", feature: 2 },
  });
});
