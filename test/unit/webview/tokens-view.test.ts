import { expect, it } from "vitest";
import type { LensCell, LensToken } from "../../../server/src/protocol/lens.ts";
import type { LatentScale } from "../../../server/src/protocol/requests.ts";
import { tokenAfterKey } from "../../../webview/src/keys.ts";
import { columnAfterKey } from "../../../webview/src/tokens/keys.ts";
import {
  cellShade,
  cellTitle,
  featureRows,
  isOutside,
  layerOf,
  outsideNotes,
  surpriseShade,
  tokenText,
} from "../../../webview/src/tokens/view.ts";

const feature = (sae: number, feature: number, activation: number, label: string | null = null) => ({
  ...{ sae, feature, activation, label, share: null },
});
const saes = [{ id: "a" }, { id: "b" }];
const scales = new Map<string, LatentScale>([
  ["0/1", { sae: 0, feature: 1, value: 16, from: "known maximum" }],
  ["1/9", { sae: 1, feature: 9, value: 1, from: "this file" }],
]);
const tokens = [
  { features: [feature(0, 1, 4, "war"), feature(1, 9, 1)], l0: [2, 1], outside: [false, false] },
  { features: [feature(0, 1, 99, "war"), feature(1, 9, 1)], l0: [41, 1], outside: [true, false] },
  { features: [], l0: [1, 2], outside: [true, true] },
] as unknown as LensToken[];

it("scales bars as hovers do: to the latent's known maximum, else to its strongest in the file", () => {
  expect(featureRows(tokens[0], saes, scales)).toEqual([
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
  expect(featureRows(tokens[1], saes, scales).map((row) => row.sae)).toEqual(["b"]);
  expect(outsideNotes(tokens[1], saes)).toEqual([
    "Outside what a was made for (special token or massive activation): 41 active features not shown.",
  ]);
  expect(outsideNotes(tokens[0], saes)).toEqual([]);
  expect(tokens.map(isOutside)).toEqual([false, false, true]);
});

const cell = (p: number, next: number | null, rank = 3): LensCell => ({
  guesses: [{ id: 1, text: " the", logprob: Math.log(p) }],
  next: next === null ? null : { logprob: Math.log(next), rank },
});

it("shades a cell by how sure its guess is, or by how unexpected to it what follows is", () => {
  expect(cellShade(cell(0.4, 2 ** -8), "guess")).toBeCloseTo(0.4);
  expect(cellShade(cell(0.4, 2 ** -8), "next")).toBeCloseTo(0.5);
  expect(cellShade(cell(0.4, null), "next")).toBe(0);
  expect([surpriseShade(-1), surpriseShade(99)]).toEqual([0, 1]);
});

it("says in a sentence what a cell holds", () => {
  expect(cellTitle(cell(0.4, 0.02, 1234), 3, " cat")).toBe(
    "layer 3 predicts “ the”, 40 %; what comes next, “ cat”, is rank 1,234 with 2.0 %",
  );
  expect(cellTitle(cell(0.4, null), 3, undefined)).toBe("layer 3 predicts “ the”, 40 %");
});

it("shows tokens of any text in one line", () => {
  expect(tokenText(" the")).toBe(" the");
  expect(tokenText("  ")).toBe("␣␣");
  expect(tokenText("\n\t")).toBe("⏎⇥");
  expect(tokenText("\u202eevil\u2066")).toBe("\\u{202e}evil\\u{2066}");
  expect(tokenText("x".repeat(9999)).length).toBeLessThan(50);
});

it("knows the layer of a hook point", () => {
  expect(["blocks.12.hook_resid_post", "hook_embed"].map(layerOf)).toEqual([12, null]);
});

const key = (name: string, ctrlKey = false) => ({ key: name, ctrlKey, metaKey: false, altKey: false });
it.each([
  ["ArrowRight", false, { row: 5, column: 3 }],
  ["ArrowLeft", false, { row: 5, column: 1 }],
  ["Home", false, { row: 5, column: 0 }],
  ["End", false, { row: 5, column: 7 }],
  ["Home", true, { row: 0, column: 0 }],
  ["End", true, { row: 99, column: 7 }],
  ["ArrowRight", true, null],
  ["ArrowDown", false, null],
])("in a grid the key %s (Ctrl: %s) leads from cell 5, 2 to %j", (name, ctrl, to) => {
  const size = { rows: 100, last: 7 };
  expect(columnAfterKey(key(name, ctrl), { row: 5, column: 2 }, size)).toEqual(to);
  expect(columnAfterKey(key(name, ctrl), { row: 0, column: 0 }, { rows: 0, last: 1 })).toBeNull();
});

it("stays within the grid", () => {
  const size = { rows: 3, last: 4 };
  expect(columnAfterKey(key("ArrowRight"), { row: 1, column: 4 }, size)).toEqual({ row: 1, column: 4 });
  expect(columnAfterKey(key("ArrowLeft"), { row: 1, column: 0 }, size)).toEqual({ row: 1, column: 0 });
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
