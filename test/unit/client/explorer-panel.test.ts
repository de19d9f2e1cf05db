import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ExplorerPanel } from "../../../client/src/explorer-panel.ts";
import { close, FakePanel, given, open, panels, ran, reset, told, Uri } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let explorer: ExplorerPanel;
const a = "file:///prompts/a.prompt";
const ask = { type: "ask", id: 0, query: { words: "cat" }, offset: 100, count: 100 };

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  explorer = new ExplorerPanel(numbers, new Uri("/extension") as never);
});
afterEach(() => {
  explorer.dispose();
  vi.useRealTimers();
});

/** The explorer, open for a file with its page running. */
async function shown(path = "/prompts/a.prompt"): Promise<FakePanel> {
  open(path);
  await explorer.show();
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  return page;
}

/** Selects a stretch of a line in an editor. */
function select(editor: ReturnType<typeof open>, text: string): void {
  const at = (character: number) => ({ line: 0, character });
  editor.document.getText = () => text;
  editor.selections = [
    { isEmpty: true, start: at(9), end: at(9) },
    { isEmpty: false, start: at(0), end: at(text.length) },
  ];
}

it("asks for nothing by itself, and hands on what the page asks and what the server answers", async () => {
  const page = await shown();
  expect(page.sent).toEqual([{ type: "file", uri: a, file: "a.prompt" }]);
  expect(numbers.asked).toHaveLength(0);
  page.messages.fire(ask);
  expect(numbers.asked).toMatchObject([
    {
      method: "steerscope/features",
      params: { textDocument: { uri: a }, query: { words: "cat" }, offset: 100, count: 100 },
    },
  ]);
  await numbers.answer({ rows: [], total: 0 });
  expect(page.sent.at(-1)).toEqual({ type: "rows", id: 0, answer: { rows: [], total: 0 } });
  page.messages.fire({ ...ask, id: 1 });
  await numbers.answer(new Error("No model at “x”."));
  expect(page.sent.at(-1)).toEqual({ type: "problem", id: 1, message: "No model at “x”." });
});

it("is of the settings' model where no prompt is open, or it is closed", async () => {
  await explorer.show();
  const page = panels[0];
  page.messages.fire({ type: "ready" });
  expect(page.sent).toEqual([{ type: "file", uri: "", file: "" }]);
  page.messages.fire(ask);
  expect(numbers.asked[0].params).not.toHaveProperty("textDocument");
  await numbers.answer({});

  const editor = open("/prompts/a.prompt");
  await explorer.show();
  expect(page.sent.at(-1)).toMatchObject({ type: "file", uri: a });
  expect(panels).toHaveLength(1);
  close(editor);
  await settled();
  expect(page.sent.at(-1)).toEqual({ type: "again" });
  page.messages.fire(ask);
  expect(numbers.asked[0].params).not.toHaveProperty("textDocument");
});

it("begins with a query from outside, once", async () => {
  open("/prompts/a.prompt");
  await explorer.show({ sae: "resid_post_3" });
  const page = panels[0];
  page.messages.fire({ type: "ready" });
  expect(page.sent.at(-1)).toMatchObject({ type: "file", query: { sae: "resid_post_3" } });
  page.messages.fire({ type: "ready" });
  expect(page.sent.at(-1)).not.toHaveProperty("query");
  page.visible = false;
  await explorer.show({ sae: "other" });
  expect(page.sent).toHaveLength(2);
  page.messages.fire({ type: "ready" });
  expect(page.sent.at(-1)).toMatchObject({ query: { sae: "other" } });
});

it("opens a feature through its command", async () => {
  const page = await shown();
  page.messages.fire({ type: "open", sae: "s", feature: 7 });
  expect(ran).toEqual(["steerscope.showFeature"]);
  expect(given).toEqual([{ uri: a, sae: "s", feature: 7 }]);
});

it("gives what is selected in its file, and says so when nothing is", async () => {
  const page = await shown();
  const editor = (await import("./editor.ts")).window.activeTextEditor!;
  page.messages.fire({ type: "selection", side: "against" });
  expect(told.at(-1)).toContain("a.prompt");
  select(editor, "Anna");
  page.messages.fire({ type: "selection", side: "against" });
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } };
  const places = [{ range, text: "Anna" }];
  expect(page.sent.at(-1)).toEqual({ type: "selection", side: "against", places });
  await explorer.showSelection();
  expect(page.sent.at(-1)).toMatchObject({ type: "file", query: { contrast: { on: { places } } } });
  editor.selections = [];
  const before = page.sent.length;
  await explorer.showSelection();
  expect(told).toHaveLength(2);
  expect(page.sent).toHaveLength(before);
});

it("has its page ask again after other settings, another engine, new numbers of its file, and not while hidden", async () => {
  const page = await shown();
  numbers.stale.fire("file:///prompts/b.prompt");
  numbers.analysed.fire("file:///prompts/b.prompt");
  expect(page.sent).toHaveLength(1);
  numbers.stale.fire(a);
  expect(page.sent.at(-1)).toEqual({ type: "stale", all: false });
  numbers.analysed.fire(a);
  expect(page.sent.at(-1)).toEqual({ type: "again" });
  numbers.stale.fire(null);
  expect(page.sent.at(-1)).toEqual({ type: "stale", all: true });
  vi.advanceTimersByTime(500);
  expect(page.sent.at(-1)).toEqual({ type: "again" });
  const before = page.sent.length;
  page.visible = false;
  numbers.analysed.fire(a);
  expect(page.sent).toHaveLength(before);
});

it("comes back on the file it was kept for, and gives a new page no answer to an old one's question", async () => {
  const page = await shown();
  page.messages.fire(ask);
  page.dispose();
  const restored = new FakePanel();
  await explorer.deserializeWebviewPanel(restored as never, { uri: a, query: {} });
  restored.messages.fire({ type: "ready" });
  await numbers.answer({ rows: [], total: 3 });
  expect(restored.sent).toEqual([{ type: "file", uri: a, file: "a.prompt" }]);
});

it("opens for the prompt that is named, whatever editor is active, and names it only while it is open", async () => {
  const b = open("/prompts/b.prompt");
  const page = await shown();
  expect(page.title).toBe("Features: a.prompt");
  await explorer.show({ sae: "s" }, "file:///prompts/b.prompt");
  expect(page.sent.at(-1)).toMatchObject({ uri: "file:///prompts/b.prompt", query: { sae: "s" } });
  expect(page.title).toBe("Features: b.prompt");
  close(b);
  expect(page.title).toBe("Features");
  page.messages.fire(ask);
  expect(numbers.asked[0].params).toMatchObject({ labelsFor: "file:///prompts/b.prompt" });
  open("/prompts/b.prompt");
  expect(page.title).toBe("Features: b.prompt");
});

it("ends the work on a query that another one has overtaken, not that on another part of the same list", async () => {
  const page = await shown();
  page.messages.fire(ask);
  page.messages.fire({ ...ask, id: 1, offset: 200 });
  const cancelled = () => numbers.asked.map(({ token }) => token!.isCancellationRequested);
  expect(cancelled()).toEqual([false, false]);
  page.messages.fire({ ...ask, id: 2, query: { words: "dog" } });
  expect(cancelled()).toEqual([true, true, false]);
  const before = page.sent.length;
  await numbers.answer(new Error("cancelled"));
  expect(page.sent).toHaveLength(before);
  page.dispose();
  expect(cancelled()).toEqual([true, true]);
});
