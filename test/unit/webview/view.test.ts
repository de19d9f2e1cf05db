import { expect, it } from "vitest";
import type { RankedInspect } from "../../../server/src/protocol/panel.ts";
import {
  featureRows,
  isOutside,
  outsideNotes,
  surprisalBits,
  surpriseShade,
} from "../../../webview/src/inspect/view.ts";
import { tokenAfterKey } from "../../../webview/src/keys.ts";

const feature = (sae: number, feature: number, activation: number, label: string | null = null) => ({
  sae,
  feature,
  activation,
  label,
});
const answer = {
  saes: [{ id: "a" }, { id: "b" }],
  scales: [
    { sae: 0, feature: 1, value: 16, from: "known maximum" },
    { sae: 1, feature: 9, value: 1, from: "this file" },
  ],
  tokens: [
    { features: [feature(0, 1, 4, "war"), feature(1, 9, 1)], l0: [2, 1], outside: [false, false] },
    { features: [feature(0, 1, 99, "war"), feature(1, 9, 1)], l0: [41, 1], outside: [true, false] },
    { features: [], l0: [1, 2], outside: [true, true] },
  ],
} as unknown as RankedInspect;

it("scales bars as hovers do: to the latent's known maximum, else to its strongest in the file", () => {
  expect(featureRows(answer, 0)).toEqual([
    {
      sae: "a",
      feature: 1,
      label: "war",
      activation: "4.00",
      share: 0.25,
      scale: "25 % of its known maximum",
    },
    {
      sae: "b",
      feature: 9,
      label: "no label",
      activation: "1.00",
      share: 1,
      scale: "100 % of its strongest in this file",
    },
  ]);
});

it("shows no feature of an SAE that was not made for a token, and says how many there were", () => {
  expect(featureRows(answer, 1).map((row) => row.sae)).toEqual(["b"]);
  expect(outsideNotes(answer, 1)).toEqual([
    "Outside what a was made for (special token or massive activation): 41 active features not shown.",
  ]);
  expect(outsideNotes(answer, 0)).toEqual([]);
  expect([0, 1, 2].map((token) => isOutside(answer, token))).toEqual([false, false, true]);
});

it("reads a file with more activations than a call may have arguments", () => {
  const features = Array.from({ length: 200_000 }, (_, i) => feature(0, i, 1));
  const scales = features.map((it) => ({ ...it, value: 2, from: "this file" }));
  const large = { saes: [{ id: "a" }], scales, tokens: [{ features, l0: [200_000], outside: [false] }] };
  const rows = featureRows(large as unknown as RankedInspect, 0);
  expect(rows).toHaveLength(200_000);
  expect(rows[199_999].share).toBe(0.5);
});

it("tells surprisal in bits and shades it up to sixteen", () => {
  expect(surprisalBits(Math.log(0.25))).toBeCloseTo(2);
  expect(surprisalBits(null)).toBeNull();
  expect(surpriseShade(Math.log(2 ** -8))).toBeCloseTo(0.5);
  expect(surpriseShade(-1000)).toBe(1);
});

it.each([
  ["ArrowRight", 1, 2],
  ["ArrowDown", 2, 2],
  ["ArrowLeft", 1, 0],
  ["ArrowUp", 0, 0],
  ["Home", 2, 0],
  ["End", 0, 2],
  ["a", 1, null],
])("the key %s leads from token %i to %s", (key, from, to) => {
  expect(tokenAfterKey(key, from, 3)).toBe(to);
});
