import { beforeEach, expect, it } from "vitest";
import { LabelMaking } from "../../../client/src/explain-feature.ts";
import type { FeatureResult } from "../../../server/src/protocol/feature.ts";
import { answers, given, ran, reset, settings, told } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const target = { textDocument: { uri: "file:///a.prompt" }, sae: "s", feature: 3 };
const label = { text: "gates", source: "user" as const, maker: "me", scores: {}, from: null };
const shown = { labels: [label] } as unknown as FeatureResult;
const tokens = "A list of the tokens it fires on";
const endpoint = "The configured endpoint";
const made = { label: { text: "doors" }, notes: [], file: "" };
let numbers: FakeNumbers;
let making: LabelMaking;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
  making = new LabelMaking(numbers);
});

it("asks who labels the first time, and anew when that is asked for", async () => {
  answers.push(tokens);
  const first = making.explain(target, false);
  await settled();
  expect(numbers.asked).toMatchObject([
    { method: "steerscope/explainFeature", params: { ...target, by: "tokens" } },
  ]);
  await numbers.answer(made);
  expect(await first).toBe(true);
  const second = making.explain(target, false);
  await numbers.answer(made);
  expect(await second).toBe(true);
  // Nothing is picked this time.
  expect(await making.explain(target, true)).toBe(false);
  expect(told).toEqual([]);
});

it("leads to the settings where no endpoint is configured, and sends nothing", async () => {
  answers.push(endpoint);
  expect(await making.explain(target, false)).toBe(false);
  expect(numbers.asked).toEqual([]);
  expect([ran, given]).toEqual([["workbench.action.openSettings"], ["steerscope.labels"]]);
});

it("scores a label by the endpoint or the editor's model, never by a list of tokens", async () => {
  settings.global["labels.endpoint"] = "http://localhost:1/v1";
  answers.push(tokens);
  expect(await making.score(target, shown, label)).toBe(false);
  answers.push(endpoint);
  const scored = making.score(target, shown, label);
  await settled();
  expect(numbers.asked).toMatchObject([
    { params: { ...target, by: "endpoint", label: { text: "gates", source: "user" } } },
  ]);
  await numbers.answer({ ...made, notes: ["2 of 100 answers could not be read."] });
  expect(await scored).toBe(true);
  expect(told).toEqual(["“doors”: 2 of 100 answers could not be read."]);
});

it("has a label picked where none is meant, and says where there is none", async () => {
  answers.push("gates", "The editor's language model");
  const scored = making.score(target, shown);
  await settled();
  expect(numbers.asked).toMatchObject([{ params: { by: "editor", label: { text: "gates" } } }]);
  await numbers.answer(made);
  expect(await scored).toBe(true);
  expect(await making.score(target, { ...shown, labels: [] })).toBe(false);
  expect(told.at(-1)).toContain("no label to score");
});

it("does one thing at a time, tells of failures, and not of what the user cancelled", async () => {
  answers.push(tokens);
  const first = making.explain(target, false);
  await settled();
  expect(await making.explain(target, false)).toBe(false);
  expect(told).toEqual(["A label is being made or scored already. Let it end first."]);
  await numbers.answer(Object.assign(new Error("The request was cancelled."), { code: -32800 }));
  expect(await first).toBe(false);
  expect(told).toHaveLength(1);
  answers.push("Open settings");
  const failing = making.explain(target, false);
  await settled();
  const data = { code: "endpoint-failed" };
  await numbers.answer(Object.assign(new Error("It does not answer."), { code: -32803, data }));
  expect(await failing).toBe(false);
  expect(told.at(-1)).toBe("It does not answer.");
  expect(ran).toEqual(["workbench.action.openSettings"]);
});
