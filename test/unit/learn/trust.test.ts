import { expect, it } from "vitest";
import { type TrustFigures, trustOf } from "../../../server/src/learn/controls/trust.ts";

const estimate = (value: number, half: number, n = 200) => ({
  value,
  low: value - half,
  high: value + half,
  n,
});
const runs = (outside: number, all: number) =>
  Array.from({ length: all }, (_, i) => ({ within: i >= outside }));

const oneRun = (value: number) => ({ value, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n: 1 });

const sound: TrustFigures = {
  measure: "accuracy",
  probe: estimate(0.91, 0.03),
  majority: 0.5,
  rarest: 80,
  text: [
    { id: "majority", figure: estimate(0.5, 0.5) },
    { id: "word-ngrams", figure: estimate(0.62, 0.05) },
    { id: "length", figure: estimate(0.55, 0.05) },
  ],
  control: { control: estimate(0.6, 0.04), seenTypes: 0.9 },
  outOfGroup: { figure: estimate(0.87, 0.05), majority: 0.5 },
  shuffled: runs(0, 20),
  calibrationError: 0.04,
};

it("a probe that passes all controls is sound, with its figures beside the baseline's", () => {
  expect(trustOf(sound)).toEqual({
    verdict: "sound",
    reasons: ["sound"],
    sentence:
      "Trust it within the controls made: the probe reaches 91 % (88 % to 94 %), one to three words in a row alone 62 %, the majority 50 %.",
    notMade: [],
  });
});

it("what was not checked is said", () => {
  const { sentence, notMade } = trustOf({
    ...sound,
    text: null,
    control: null,
    outOfGroup: null,
    shuffled: [],
  });
  expect(notMade).toEqual(["text baselines", "a control task", "groups held out", "shuffled labels"]);
  expect(sentence).toContain(
    "not checked: text baselines, a control task, groups held out, shuffled labels.",
  );
});

it.each<[string, Partial<TrustFigures>, string]>([
  ["too-few-examples", { probe: estimate(0.9, 0.05, 29) }, "29 held-out examples"],
  ["too-few-examples", { rarest: 9 }, "9 of the rarest class"],
  ["leaks", { shuffled: runs(2, 20) }, "2 of 20 runs"],
  [
    "no-better-than-majority",
    { majority: 0.89, outOfGroup: null },
    "always saying the most frequent class 89 %",
  ],
  [
    "explained-by-text",
    { text: [{ id: "word-ngrams", figure: estimate(0.88, 0.03) }] },
    "one to three words in a row alone reach 88 % (85 % to 91 %)",
  ],
  [
    "explained-by-text",
    { text: [{ id: "length", figure: estimate(0.95, 0.03) }] },
    "the length of the text alone reaches",
  ],
  [
    "explained-by-text",
    { text: [...sound.text!, { id: "word-ngrams", figure: estimate(0.92, 0.03), before: true }] },
    "one to three words in a row of the text up to there alone reach 92 %",
  ],
  [
    "control-task-as-easy",
    { control: { control: estimate(0.89, 0.03), seenTypes: 0.5 } },
    "with a random label for each word the probe reaches 89 % (86 % to 92 %), with these labels 91 % (88 % to 94 %).",
  ],
  ["control-task-as-easy", { control: { control: oneRun(0.95), seenTypes: 0.9 } }, "one run: no interval"],
  [
    "fails-out-of-group",
    { outOfGroup: { figure: estimate(0.52, 0.04), majority: 0.5 } },
    "52 % (48 % to 56 %) in groups that it never saw",
  ],
  ["fails-out-of-group", { outOfGroup: { figure: estimate(0.7, 0.04), majority: 0.5 } }, "70 %"],
  ["fails-out-of-group", { outOfGroup: { figure: estimate(0.87, 0.04), majority: 0.85 } }, "87 %"],
  ["uncalibrated", { calibrationError: 0.11 }, "off by 11 %"],
])("%s", (verdict, figures, words) => {
  const found = trustOf({ ...sound, ...figures });
  expect(found.verdict).toBe(verdict);
  expect(found.reasons).toEqual([verdict]);
  expect(found.sentence).toContain(words);
  // It stands in lines and lists of others: brackets in brackets would be hard to read there.
  expect(found.sentence).not.toMatch(/\([^)]*\(/);
});

it.each<[string, Partial<TrustFigures>]>([
  ["a single shuffled run outside may be chance", { shuffled: runs(1, 5) }],
  ["two of a hundred are what chance does", { shuffled: runs(2, 100) }],
  [
    "a control task of unseen words says nothing",
    { control: { control: estimate(0.95, 0.03), seenTypes: 0.4 } },
  ],
  [
    "a single run of the control task has no interval, and is below the probe",
    { control: { control: oneRun(0.6), seenTypes: 0.9 } },
  ],
  [
    "few runs of a control task say little of where their mean lies",
    { control: { control: estimate(0.6, 0.4, 2), seenTypes: 0.9 } },
  ],
  [
    "groups held out are compared with the majority of their own examples",
    { majority: 0.85, outOfGroup: { figure: estimate(0.89, 0.03), majority: 0.6 } },
  ],
  ["few examples do not tell calibration", { probe: estimate(0.91, 0.03, 99), calibrationError: 0.12 }],
  [
    "the majority is no reading of a text",
    { text: [...sound.text!, { id: "majority", figure: estimate(0.95, 0.05) }] },
  ],
])("%s", (_, figures) => {
  expect(trustOf({ ...sound, ...figures }).verdict).toBe("sound");
});

it("the gravest reason is the verdict, the others stay", () => {
  const found = trustOf({
    ...sound,
    calibrationError: 0.3,
    text: [{ id: "bag-of-words", figure: estimate(0.97, 0.01) }],
  });
  expect(found.reasons).toEqual(["explained-by-text", "uncalibrated"]);
});

it("a rank correlation is no share", () => {
  const { sentence } = trustOf({ ...sound, measure: "rank correlation", majority: 0 });
  expect(sentence).toContain("reaches 0.91 (0.88 to 0.94)");
});
