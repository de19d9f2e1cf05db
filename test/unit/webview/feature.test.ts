import { expect, it } from "vitest";
import {
  evidenceOf,
  exampleName,
  exampleTokens,
  figuresOf,
  filledBins,
  fullShade,
  histogramName,
  scoresOf,
  triedTokens,
} from "../../../webview/src/feature/view.ts";
import { figure, percent, visible } from "../../../webview/src/text.ts";
import { fullFeature, hostile } from "./feature-data.ts";

it("says of every label who made it and how well it did, or that nobody looked", () => {
  const [own, truth] = fullFeature.labels;
  expect(evidenceOf(own)).toEqual(["by .vscode/steerscope-labels.yaml", "unscored"]);
  expect(evidenceOf(truth)).toEqual([
    "by tinytown ground truth",
    "f1 0.93 · precision 0.95 · recall 0.91",
    "holds from 20 % of its maximum",
  ]);
  expect(scoresOf({ ...own, scores: { detection: 0 } })).toBe("detection 0.00");
});

it("gives a scan's figures before those that came with the SAE, and none where none are known", () => {
  expect(figuresOf(fullFeature)[0]).toBe("fires on 1.9 % of 200,000 tokens of tinytown, held-out");
  const live = { ...fullFeature, statistics: null };
  expect(figuresOf(live)).toEqual([
    "fires on 2.0 % of tokens (measured on the calibration text)",
    "largest known activation 9.00",
  ]);
  expect(figuresOf({ ...live, known: null })).toEqual([]);
  expect([fullShade(fullFeature), fullShade(live), fullShade({ ...live, known: null })]).toEqual([9.1, 9, 0]);
});

it("tells of each token what it is worth, in words as in shade", () => {
  const [example] = fullFeature.statistics!.top;
  const tokens = exampleTokens(example, 9.1);
  expect(tokens[0]).toEqual({ text: "On", title: "“On”: not active", shade: 0, peak: false, muted: false });
  expect(tokens[7]).toEqual({ text: " happy", title: "“ happy”: 9.10", shade: 1, peak: true, muted: false });
  expect(exampleTokens(example, 0).every(({ shade }) => shade === 0)).toBe(true);
  expect(exampleTokens(example, 1).every(({ shade }) => shade <= 1)).toBe(true);
  expect(exampleName(example, "Strongest, example 1")).toBe("Strongest, example 1: 9.10 on “ happy”");
});

it("mutes what is not in the typed text, and gives no number that means nothing", () => {
  const tokens = triedTokens(
    [
      { text: "<s>", activation: 900, virtual: true, outside: true },
      { text: "<user>", activation: 2, virtual: true, outside: false },
      { text: " cat", activation: 5, virtual: false, outside: false },
    ],
    10,
  );
  expect(tokens[0]).toMatchObject({
    title: "“<s>”: the SAE was not made for this token",
    shade: 0,
    muted: true,
  });
  expect(tokens[1]).toMatchObject({ title: "“<user>”: 2.00", muted: true });
  expect(tokens[2]).toMatchObject({ shade: 0.5, muted: false });
});

it("draws the part of a histogram that holds something, and says it in a sentence", () => {
  const { histogram } = fullFeature.statistics!;
  const bins = filledBins(histogram);
  expect(bins).toHaveLength(18);
  expect(bins[0]).toMatchObject({ from: histogram.edges[2], count: 2 });
  expect(histogramName(bins)).toMatch(
    /^3,892 activations between 0\.02 and 10\.2; most of them \(610\) between/,
  );
  expect(filledBins({ edges: [1, 2, 4], counts: [0, 0] })).toEqual([]);
  // A bin that reaches down to 0 has no place on a logarithmic axis.
  expect(filledBins({ edges: [0, 1, 2], counts: [5, 3] })).toEqual([{ from: 1, to: 2, count: 3 }]);
});

it("makes visible what a text would hide or turn around, and cuts what is endless", () => {
  expect(visible(hostile.override)).toBe("abc\\u{202e}dcba");
  expect(visible("a\r\nb\tc\u0000")).toBe("a⏎b⇥c\\u{0}");
  expect(visible(hostile.huge)).toHaveLength(201);
  expect(visible(hostile.rtl)).toBe(hostile.rtl);
});

it.each([
  [0, "0.00"],
  [0.0001, "1.00e-4"],
  [12.34, "12.3"],
  [-250, "-250"],
])("writes %f as %s", (value, text) => {
  expect(figure(value)).toBe(text);
});

it.each([
  [0, "0.0 %"],
  [0.0001, "< 0.1 %"],
  [0.05, "5.0 %"],
  [1, "100 %"],
])("writes the share %f as %s", (share, text) => {
  expect(percent(share)).toBe(text);
});
