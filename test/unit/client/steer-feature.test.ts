import { beforeEach, expect, it } from "vitest";
import { steerFeature } from "../../../client/src/steer-feature.ts";
import { answers, gone, offered, open, reset, told, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const uri = "file:///prompts/a.prompt";
const target = { uri, sae: "s", feature: 3 };
const edit = { documentChanges: [] };
const recipe = "file:///prompts/a.steer.yaml";
const output = (value: number) => ({ output: { value, weak: value < 0.01, prompts: [] } });
const feature = (more: object = {}) => ({
  ...{ labels: [{ text: "a cat" }], known: { maximum: 12.3456 }, scores: output(0.4), statistics: null },
  ...more,
});
let numbers: FakeNumbers;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
});

it("writes what is chosen into the recipe of the feature's file, and shows the recipe", async () => {
  answers.push("Clamp to its strongest");
  const steering = steerFeature(numbers, target);
  await settled();
  const asked = { textDocument: { uri }, sae: "s", feature: 3 };
  expect(numbers.asked).toMatchObject([{ method: "steerscope/feature", params: asked }]);
  await numbers.answer(feature());
  expect(offered.at(-1)).toMatchObject([
    { label: "Amplify", description: "output score 0.400" },
    { label: "Suppress" },
    { label: "Ablate" },
    { label: "Clamp to its strongest", detail: expect.stringContaining("12.3") },
  ]);
  expect(numbers.asked).toMatchObject([
    { method: "steerscope/steerFeature", params: { ...asked, way: "clamp" } },
  ]);
  expect(numbers.applied).toEqual([]);
  await numbers.answer({ title: "", edit, recipe });
  await steering;
  expect(numbers.applied).toEqual([edit]);
  expect(gone).toMatchObject([{ document: { uri: { path: "/prompts/a.steer.yaml" } } }]);
});

it("marks a weak handle, and offers no clamp where no maximum is known", async () => {
  const steering = steerFeature(numbers, target);
  await settled();
  await numbers.answer(feature({ scores: output(0.002), known: null }));
  await steering;
  expect(offered.at(-1)!.map(({ label, description }) => `${label}: ${description}`)).toEqual([
    "Amplify: weak handle: output score 0.002 (below 0.01)",
    "Suppress: weak handle: output score 0.002 (below 0.01)",
    "Ablate: undefined",
  ]);
  expect(numbers.asked).toHaveLength(0);
});

it("says that the score is not measured, and measures it before anything is written where that is chosen", async () => {
  answers.push("Measure its output score first", "Amplify");
  const steering = steerFeature(numbers, target);
  await settled();
  await numbers.answer(feature({ scores: null }));
  expect(offered.at(-1)![0].description).toBe("output score not measured");
  expect(numbers.asked).toMatchObject([{ method: "steerscope/feature", params: { scores: true } }]);
  await numbers.answer(feature({ scores: output(0.001) }));
  expect(offered.at(-1)![0].description).toContain("weak handle");
  expect(offered.at(-1)).toHaveLength(4);
  await numbers.answer({ title: "", edit, recipe });
  await steering;
  expect(numbers.applied).toEqual([edit]);
});

it("asks which prompt is meant where the feature has no file and none is active, and says what keeps it from steering", async () => {
  workspace.found = ["/prompts/b.prompt", "/prompts/a.prompt"];
  answers.push("b.prompt", "Amplify");
  const steering = steerFeature(numbers, { ...target, uri: "" });
  await settled();
  expect(numbers.asked[0].params).toMatchObject({ textDocument: { uri: "file:///prompts/b.prompt" } });
  await numbers.answer(feature());
  await numbers.answer(new Error("This prompt lies in no folder."));
  await steering;
  expect(told).toEqual(["The recipe was not changed. This prompt lies in no folder."]);
  open("/prompts/c.prompt");
  const other = steerFeature(numbers, { ...target, uri: "" });
  await settled();
  expect(numbers.asked[0].params).toMatchObject({ textDocument: { uri: "file:///prompts/c.prompt" } });
  await numbers.answer(new Error("There is no latent 3."));
  await other;
  workspace.found = [];
  reset();
  await steerFeature(numbers, { ...target, uri: "" });
  expect(told).toEqual(["Open the prompt that is to be steered first."]);
});
