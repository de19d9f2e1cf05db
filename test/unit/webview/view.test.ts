import { expect, it } from "vitest";
import type { InspectAnswer } from "../../../server/src/protocol/requests.ts";
import { featureRows, surprisalBits, surpriseShade } from "../../../webview/src/inspect/view.ts";

const feature = (sae: number, feature: number, activation: number, label: string | null = null) => ({
  sae,
  feature,
  activation,
  label,
});
const answer = {
  saes: [{ id: "a" }, { id: "b" }],
  tokens: [
    { features: [feature(0, 1, 4, "war"), feature(1, 9, 1)] },
    { features: [feature(0, 1, 8, "war")] },
  ],
} as unknown as InspectAnswer;

it("scales bars to the strongest of the file, each SAE for itself", () => {
  expect(featureRows(answer, 0)).toEqual([
    { sae: "a", feature: 1, label: "war", activation: "4.00", share: 0.5 },
    { sae: "b", feature: 9, label: "no label", activation: "1.00", share: 1 },
  ]);
});

it("tells surprisal in bits and shades it up to sixteen", () => {
  expect(surprisalBits(Math.log(0.25))).toBeCloseTo(2);
  expect(surprisalBits(null)).toBeNull();
  expect(surpriseShade(Math.log(2 ** -8))).toBeCloseTo(0.5);
  expect(surpriseShade(-1000)).toBe(1);
});
