import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FeaturePanel } from "../../../client/src/feature-panel.ts";
import type { FeatureTarget } from "../../../server/src/protocol/requests.ts";
import {
  close,
  FakePanel,
  gone,
  open,
  panels,
  reset,
  TabInputText,
  TabInputWebview,
  told,
  Uri,
  window,
} from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let panel: FeaturePanel;
let done: unknown[];
const uri = "file:///prompts/a.prompt";
const target: FeatureTarget = { uri, sae: "s", feature: 3 };
const answer = (feature = 3) => ({ model: "m", sae: { id: "s" }, feature, labels: [] });
const range = { start: { line: 1, character: 4 }, end: { line: 1, character: 8 } };
const fires = (version = 1) => ({
  version,
  scale: { value: 10, from: "known maximum" },
  tokens: [{ range, activation: 5 }],
});

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  done = [];
  numbers = new FakeNumbers();
  panel = new FeaturePanel(numbers, new Uri("/extension") as never, {
    showWhereFires: (it) => done.push(it),
    copyLink: (it) => done.push(it),
    scan: (it) => done.push(it),
    steer: (it) => done.push(it),
    label: async (params) => done.push(params) > 0,
    explain: async (params, ask) => done.push({ ...params, ask }) > 0,
    score: async (params, _, label) => done.push({ ...params, label }) > 0,
  });
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
});

function openFile(path = "/prompts/a.prompt") {
  const editor = open(path);
  editor.document.getText = () => "first\nthe cat sat\n";
  return editor;
}

/** The panel, opened on a feature and filled. */
async function shown(it: FeatureTarget = target): Promise<FakePanel> {
  await panel.show(it);
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  await numbers.answer(answer(it.feature));
  if (it.uri) await numbers.answer(fires());
  return page;
}

it("shows a feature and where it fires in its file, once its page runs", async () => {
  openFile();
  await panel.show(target);
  expect(numbers.asked).toHaveLength(0);
  const [page] = panels;
  page.messages.fire({ type: "ready" });
  const params = { textDocument: { uri }, sae: "s", feature: 3 };
  expect(numbers.asked).toMatchObject([{ method: "steerscope/feature", params }]);
  await numbers.answer(answer());
  expect(page.sent.at(-1)).toEqual({ type: "show", target, answer: answer(), back: false, forward: false });
  expect(numbers.asked).toMatchObject([{ method: "steerscope/whereFires", params }]);
  await numbers.answer(fires());
  expect(page.sent.at(-1)).toMatchObject({
    type: "fires",
    fires: { file: "a.prompt", total: 1, rows: [{ line: 2, before: "the ", text: "cat ", after: "sat" }] },
  });
  expect(page.title).toBe("Feature 3 · s");
});

it("puts the cursor on an occurrence only where the text is what was looked through", async () => {
  const editor = openFile();
  const page = await shown();
  const reveal = { type: "reveal", uri, version: 1, occurrence: 0 };
  for (const wrong of [{ version: 2 }, { uri: "file:///b" }, { occurrence: 7 }])
    page.messages.fire({ ...reveal, ...wrong });
  editor.document.version = 2;
  page.messages.fire(reveal);
  await settled();
  expect(gone).toEqual([]);
  editor.document.version = 1;
  page.messages.fire(reveal);
  await settled();
  expect(gone).toMatchObject([{ document: editor.document, options: { viewColumn: 1 } }]);
  numbers.stale.fire(uri);
  page.messages.fire(reveal);
  await settled();
  expect(gone).toHaveLength(1);
});

it("leads to other features and back, and never lets a slow answer overwrite a newer feature", async () => {
  openFile();
  const page = await shown();
  page.messages.fire({ type: "open", feature: 7 });
  page.messages.fire({ type: "open", feature: 8 });
  await settled();
  const [slow, quick] = numbers.asked.splice(0);
  quick.resolve(answer(8));
  await settled();
  slow.resolve(answer(7));
  await settled();
  const drawn = page.sent.filter((it) => it.type === "show") as unknown as { target: FeatureTarget }[];
  expect(drawn.map((it) => it.target.feature)).toEqual([3, 8]);
  numbers.asked.splice(0);
  page.messages.fire({ type: "back" });
  await settled();
  await numbers.answer(answer(7));
  expect(page.sent.at(-1)).toMatchObject({ target: { feature: 7 }, back: true, forward: true });
  page.messages.fire({ type: "open", feature: 9 });
  await settled();
  numbers.asked.splice(0, 1);
  await numbers.answer(answer(9));
  expect(page.sent.at(-1)).toMatchObject({ target: { feature: 9 }, back: true, forward: false });
  // What lay ahead of 7 is forgotten.
  numbers.asked.splice(0);
  page.messages.fire({ type: "back" });
  await settled();
  await numbers.answer(answer(7));
  expect(page.sent.at(-1)).toMatchObject({ target: { feature: 7 }, back: true, forward: true });
});

it("measures the scores of the feature that is shown, and of no other", async () => {
  openFile();
  const page = await shown();
  page.messages.fire({ type: "measure" });
  await settled();
  const params = { textDocument: { uri }, sae: "s", feature: 3, scores: true };
  expect(numbers.asked).toMatchObject([{ method: "steerscope/feature", params }]);
  const scores = { output: null, input: null, convention: "c", notes: [] };
  await numbers.answer({ ...answer(), scores });
  expect(page.sent.at(-1)).toEqual({ type: "scores", scores, reason: "" });
  page.messages.fire({ type: "measure" });
  await settled();
  await numbers.answer(new Error("It does not fit."));
  expect(page.sent.at(-1)).toEqual({ type: "scores", scores: null, reason: "It does not fit." });
  page.messages.fire({ type: "measure" });
  await settled();
  const [slow] = numbers.asked.splice(0);
  page.messages.fire({ type: "open", feature: 7 });
  await settled();
  slow.resolve({ ...answer(), scores });
  await settled();
  expect(page.sent.filter((it) => it.type === "scores")).toHaveLength(2);
});

it("drops occurrences of a version that is not on the screen", async () => {
  openFile();
  const page = await shown();
  numbers.analysed.fire(uri);
  await numbers.answer(answer());
  const before = page.sent.length;
  await numbers.answer(fires(2));
  expect(page.sent).toHaveLength(before);
});

it("shows what is known without the file when that is closed, and asks for nothing while hidden", async () => {
  const editor = openFile();
  const page = await shown();
  close(editor);
  await settled();
  expect(numbers.asked).toMatchObject([{ params: { sae: "s", feature: 3 } }]);
  expect(numbers.asked[0].params).not.toHaveProperty("textDocument");
  // Its labels stay those of its folder.
  expect(numbers.asked[0].params).toHaveProperty("labelsFor", uri);
  await numbers.answer(answer());
  expect(page.sent.at(-1)).toMatchObject({ type: "fires", fires: null });
  expect(page.sent.at(-1)).toMatchObject({ reason: expect.stringContaining("a.prompt is closed") });
  page.visible = false;
  numbers.stale.fire(null);
  vi.advanceTimersByTime(500);
  expect(numbers.asked).toHaveLength(0);
});

it("reads the sentence that was typed last, and says why it cannot", async () => {
  openFile();
  const page = await shown();
  page.messages.fire({ type: "try", text: "a" });
  page.messages.fire({ type: "try", text: "ab" });
  const [first, second] = numbers.asked;
  expect(second).toMatchObject({
    method: "steerscope/tryFeature",
    params: { textDocument: { uri }, sae: "s", feature: 3, text: "ab" },
  });
  // The engine need not read what was typed over.
  expect([first, second].map(({ token }) => token!.isCancellationRequested)).toEqual([true, false]);
  second.reject(new Error("The engine stopped."));
  await settled();
  first.resolve({ tokens: [] });
  await settled();
  const tried = page.sent.filter((it) => it.type === "tried");
  expect(tried).toEqual([{ type: "tried", text: "ab", answer: null, reason: "The engine stopped." }]);
});

it("hands on its actions, and asks again after a label was written", async () => {
  openFile();
  const page = await shown();
  page.messages.fire({ type: "showWhereFires" });
  page.messages.fire({ type: "copyLink" });
  page.messages.fire({ type: "label" });
  await settled();
  expect(done).toEqual([target, answer(), { textDocument: { uri }, sae: "s", feature: 3 }]);
  expect(numbers.asked).toMatchObject([{ method: "steerscope/feature" }]);
});

it("comes back on the feature it was kept for, without a way back", async () => {
  openFile();
  (await shown()).dispose();
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, target);
  restored.messages.fire({ type: "ready" });
  await numbers.answer(answer());
  expect(restored.sent.at(-1)).toMatchObject({ type: "show", target, back: false });
});

it("says what to do where no panel is open, nothing was kept, or the feature is not there", async () => {
  await panel.act({ type: "copyLink" });
  panel.focusSentence();
  expect(told).toHaveLength(2);
  expect(told[0]).toContain("Open a feature…");
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, undefined);
  restored.messages.fire({ type: "ready" });
  expect(restored.sent.at(-1)).toMatchObject({ type: "problem", message: expect.stringContaining("hover") });
  openFile();
  void panel.show(target);
  await settled();
  await numbers.answer(new Error("There is no latent 3."));
  expect(restored.sent.at(-1)).toEqual({
    type: "problem",
    message: "There is no latent 3.",
    back: false,
    forward: false,
  });
});

it("opens over a panel of ours beside the text, and has a corpus scanned for its feature", async () => {
  openFile();
  const column = (viewColumn: number, input: object) => ({
    viewColumn,
    tabs: [{ input }],
    activeTab: { input },
  });
  const explorer = new TabInputWebview("mainThreadWebview-steerscope.explorer");
  window.tabGroups.all = [column(1, new TabInputText()), column(2, explorer)];
  const page = await shown();
  expect(page.column).toMatchObject({ viewColumn: 2, preserveFocus: true });
  page.messages.fire({ type: "scan" });
  await settled();
  expect(done).toEqual([target]);
});
