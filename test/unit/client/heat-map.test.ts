import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HeatMap } from "../../../client/src/heat-map.ts";
import { answers, close, hide, offered, open, reset, status, window } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let map: HeatMap;
const a = { uri: "file:///prompts/a.prompt", sae: "s", feature: 7 };
const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
const fires = (version: number, label: string | null = "joy") => ({
  sae: "s",
  feature: 7,
  label,
  scale: { value: 10, from: "known maximum" },
  tokens: [{ range, activation: 5 }],
  version,
});

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  map = new HeatMap(numbers);
});
afterEach(() => {
  map.dispose();
  vi.useRealTimers();
});

/** A map that is shown on a file. */
async function shown() {
  const editor = open("/prompts/a.prompt");
  void map.show(a);
  await settled();
  await numbers.answer(fires(1));
  expect(editor.shaded).toBe(1);
  expect(status).toMatchObject({ shown: true, text: "$(flame) s · 7 · joy (full: 10.0, known maximum)" });
  return editor;
}

it("takes the shading away and says why when there are no numbers any more", async () => {
  const editor = await shown();
  numbers.analysed.fire(a.uri);
  await numbers.answer(new Error("No model at “x”."));
  expect(editor.shaded).toBe(0);
  expect(status.text).toBe("$(warning) s · 7 · joy: No model at “x”.");
});

it("is asked for again when settings or the engine change, and shows nothing until then", async () => {
  const editor = await shown();
  numbers.stale.fire(null);
  expect(editor.shaded).toBe(0);
  expect(status.text).toContain("$(sync~spin)");
  vi.advanceTimersByTime(500);
  await numbers.answer(fires(1));
  expect(editor.shaded).toBe(1);
});

it("marks itself after an edit and is asked for once things are quiet, or new numbers are announced", async () => {
  const editor = await shown();
  for (let i = 0; i < 5; i++) {
    editor.document.version++;
    numbers.stale.fire(a.uri);
    vi.advanceTimersByTime(50);
  }
  expect(status.text).toContain("$(sync~spin)");
  expect(numbers.asked).toHaveLength(0);
  numbers.analysed.fire(a.uri);
  await numbers.answer(fires(6));
  vi.advanceTimersByTime(500);
  expect(numbers.asked).toHaveLength(0);
  expect(status.text).toContain("$(flame)");
});

it("drops numbers of a version that is not on the screen, and answers that a newer request overtook", async () => {
  const editor = await shown();
  editor.document.version = 2;
  numbers.stale.fire(a.uri);
  vi.advanceTimersByTime(500);
  await numbers.answer({ ...fires(1), tokens: [] });
  expect(editor.shaded).toBe(1);
  expect(status.text).toContain("$(sync~spin)");
  numbers.analysed.fire(a.uri);
  numbers.analysed.fire(a.uri);
  await numbers.answer(fires(2, "overtaken"));
  expect(status.text).not.toContain("overtaken");
  await numbers.answer(fires(2, "newest"));
  expect(status.text).toContain("newest");
});

it("leaves one file when it is shown on another", async () => {
  const first = await shown();
  const second = open("/prompts/b.prompt");
  await settled();
  numbers.asked.length = 0;
  void map.show({ ...a, uri: "file:///prompts/b.prompt" });
  await settled();
  expect(first.shaded).toBe(0);
  await numbers.answer(fires(1));
  expect(second.shaded).toBe(1);
  expect(first.shaded).toBe(0);
});

it("hides its status while the file is not on the screen, and ends when it is closed", async () => {
  const editor = await shown();
  hide(editor);
  await settled();
  expect(status.shown).toBe(false);
  window.visibleTextEditors = [editor];
  numbers.analysed.fire(a.uri);
  await numbers.answer(fires(1));
  expect(status.shown).toBe(true);
  close(editor);
  await settled();
  expect(status.shown).toBe(false);
  numbers.analysed.fire(a.uri);
  expect(numbers.asked).toHaveLength(0);
});

it("shows a label as text, whatever it looks like", async () => {
  const editor = await shown();
  numbers.analysed.fire(a.uri);
  await numbers.answer(fires(1, "[x](command:y)"));
  const [decoration] = [...editor.shading.values()].flat() as { hoverMessage: { value: string } }[];
  expect(decoration.hoverMessage.value).toBe("[x](command:y): 5.00");
});

it("asks for hovers' ranking when no feature is named, and refuses a file that is no prompt", async () => {
  open("/prompts/a.prompt");
  void map.show();
  await settled();
  expect(numbers.asked[0]).toMatchObject({ method: "steerscope/inspect", params: { ranked: true } });
  numbers.asked.length = 0;
  open("/prompts/notes.txt");
  await map.show();
  expect(numbers.asked).toHaveLength(0);
});

it("offers the probes that read the file beside its features, and shades what one says", async () => {
  const editor = open("/prompts/a.prompt");
  answers.push("Probe truth");
  void map.show();
  await settled();
  await numbers.answer({ tokens: [], scales: [], saes: [] });
  expect(numbers.asked[0]).toMatchObject({
    method: "steerscope/probes",
    params: { textDocument: { uri: a.uri } },
  });
  const listed = { name: "truth", file: "/p/truth.probe.json", facts: null };
  await numbers.answer({
    probes: [
      { ...listed, reads: true },
      { ...listed, name: "other", reads: false },
    ],
  });
  expect(offered.at(-1)!.map(({ label }) => label)).toEqual(["Probe truth"]);
  expect(numbers.asked[0]).toMatchObject({
    method: "steerscope/probeScores",
    params: { textDocument: { uri: a.uri }, probe: "/p/truth.probe.json" },
  });
  const reading = { range, told: "true", score: 0.9, scores: [0.1, 0.9], alert: true, shade: 0.9 };
  await numbers.answer({
    ...{
      name: "truth",
      classes: ["false", "true"],
      figures: "held out 0.91, n-gram baseline 0.62",
      version: 1,
    },
    readings: [reading, { ...reading, told: "false", score: 0, shade: 0 }],
  });
  expect(editor.shaded).toBe(1);
  expect(status.text).toBe(
    "$(flame) probe truth · held out 0.91, n-gram baseline 0.62 (full: probability 1 of “true”)",
  );
  const [decoration] = [...editor.shading.values()].flat() as { hoverMessage: { value: string } }[];
  expect(decoration.hoverMessage.value).toBe("truth: told “true”, 0.90 for “true”");
});
