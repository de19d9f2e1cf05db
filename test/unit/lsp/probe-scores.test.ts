import { expect, it } from "vitest";
import { toldReadings } from "../../../server/src/lsp/probes/probe-scores.ts";
import type { Reading } from "../../../server/src/probes/saved/readings.ts";
import type { SavedProbe } from "../../../server/src/protocol/probe-file.ts";

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
const at = { start: 0, end: 1, range, text: "a" };
const saved = (names: string[], silent: string[] | null = null) =>
  ({
    target: { type: "classes", names },
    editor: { threshold: null, severity: "information", message: null, silent },
    reads: { level: "text" },
  }) as unknown as SavedProbe;

it("says nothing of a stretch on which a probe abstains, and shades it as little", () => {
  const scores = [0.1, 0.9];
  const sure: Reading = { ...at, told: "untrue", output: 1, score: 0.9, scores };
  const told = toldReadings([sure, { ...sure, abstains: true }], saved(["true", "untrue"]));
  expect(told.map(({ abstains, alert, shade }) => [abstains, alert, shade])).toEqual([
    [false, true, 0.9],
    [true, false, 0],
  ]);
});

it("shades every class but those that mean nothing, the first as any other", () => {
  const names = ["afraid", "calm", "glad"];
  const readings = names.map((told, output): Reading => {
    const scores = names.map((_, i) => (i === output ? 0.8 : 0.1));
    return { ...at, told, output, score: 0.8, scores };
  });
  const shades = (silent: string[] | null) =>
    toldReadings(readings, saved(names, silent)).map(({ alert, shade }) => [alert, shade]);
  expect(shades(null)).toEqual([
    [true, 0.8],
    [true, 0.8],
    [true, 0.8],
  ]);
  expect(shades(["calm"])[1]).toEqual([false, 0]);
});
