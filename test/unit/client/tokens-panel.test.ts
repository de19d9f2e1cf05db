import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TokensPanel } from "../../../client/src/tokens-panel.ts";
import {
  answers,
  close,
  events,
  type FakeEditor,
  FakePanel,
  given,
  gone,
  open,
  panels,
  ran,
  reset,
  settings,
  told,
  Uri,
} from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let panel: TokensPanel;
const a = "file:///prompts/a.prompt";
const b = "file:///prompts/b.prompt";
const range = { start: { line: 0, character: 4 }, end: { line: 0, character: 9 } };
const answer = (version: number, at: number[] = []) => ({
  version,
  at,
  tokens: [
    { i: 0, range: null },
    { i: 1, range },
  ],
});
const ask = { type: "ask", id: 1, from: 0, count: 50 };

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  panel = new TokensPanel(numbers, new Uri("/extension") as never);
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
});

/** The panel, opened on a file, its first rows answered; the cursor's place is not asked for yet. */
async function shown(path = "/prompts/a.prompt"): Promise<{ page: FakePanel; editor: FakeEditor }> {
  const editor = open(path);
  editor.selection = { start: { line: 0, character: 5 } };
  await panel.show();
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  page.messages.fire(ask);
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "rows", id: 1 });
  return { page, editor };
}

it("names its file once its page runs, and asks what the page asks for", async () => {
  open("/prompts/a.prompt");
  await panel.show();
  expect(numbers.asked).toHaveLength(0);
  panels[0].messages.fire({ type: "ready" });
  expect(panels[0].sent).toEqual([{ type: "file", uri: a, file: "a.prompt" }]);
  expect(panels[0].title).toBe("Tokens: a.prompt");
  panels[0].messages.fire({ ...ask, guesses: 5 });
  expect(numbers.asked).toMatchObject([
    { method: "steerscope/tokens", params: { textDocument: { uri: a }, from: 0, count: 50, guesses: 5 } },
  ]);
  panels[0].messages.fire(ask);
  expect(numbers.asked[1].params).not.toHaveProperty("guesses");
});

it("asks for nothing while hidden, and names its file anew when its page comes back", async () => {
  const { page } = await shown();
  page.visible = false;
  const before = page.sent.length;
  numbers.analysed.fire(a);
  vi.advanceTimersByTime(500);
  expect(page.sent.length).toBe(before);
  expect(numbers.asked).toHaveLength(0);
  page.visible = true;
  page.messages.fire({ type: "ready" });
  expect(page.sent.at(-1)).toMatchObject({ type: "file", uri: a });
});

it("tells the page which tokens the cursor is on, after it moved and rested", async () => {
  const { page, editor } = await shown();
  vi.advanceTimersByTime(200);
  expect(numbers.asked).toMatchObject([{ params: { count: 0, at: { line: 0, character: 5 } } }]);
  await numbers.answer(answer(1, [1]));
  expect(page.sent.at(-1)).toEqual({ type: "cursor", uri: a, tokens: [1] });

  for (const character of [6, 7, 8]) {
    editor.selection = { start: { line: 0, character } };
    events.selected.fire({ textEditor: editor });
  }
  vi.advanceTimersByTime(200);
  expect(numbers.asked.map(({ params }) => params)).toMatchObject([{ at: { line: 0, character: 8 } }]);
  editor.document.version = 2;
  const before = page.sent.length;
  await numbers.answer(answer(1, [1]));
  expect(page.sent.length).toBe(before);
});

it("follows the active editor to another prompt, and nowhere else", async () => {
  const { page } = await shown();
  open("/prompts/notes.txt");
  expect(page.sent.at(-1)).toMatchObject({ type: "rows" });
  page.messages.fire({ ...ask, id: 2 });
  open("/prompts/b.prompt");
  expect(page.sent.at(-1)).toEqual({ type: "file", uri: b, file: "b.prompt" });
  const before = page.sent.length;
  expect(numbers.asked[0].token?.isCancellationRequested).toBe(true);
  await numbers.answer(answer(1));
  expect(page.sent.length).toBe(before);
  page.messages.fire({ ...ask, id: 3 });
  expect(numbers.asked).toMatchObject([{ params: { textDocument: { uri: b } } }]);
});

it("marks what it shows when the text changes, ends the work on it, and has the page ask again", async () => {
  const { page } = await shown();
  page.messages.fire({ ...ask, id: 2, guesses: 5 });
  numbers.stale.fire(a);
  expect(page.sent.at(-1)).toEqual({ type: "stale" });
  const [call] = numbers.asked;
  expect(call.token?.isCancellationRequested).toBe(true);
  await numbers.answer(new Error("The request was cancelled."));
  expect(page.sent.at(-1)).toEqual({ type: "stale" });
  numbers.analysed.fire(a);
  expect(page.sent.at(-1)).toEqual({ type: "again" });
  page.messages.fire({ ...ask, id: 3 });
  await numbers.answer(new Error("No model at “x”."));
  expect(page.sent.at(-1)).toEqual({ type: "problem", id: 3, message: "No model at “x”." });
});

it("asks again after settings or the engine changed", async () => {
  const { page } = await shown();
  numbers.stale.fire(null);
  vi.advanceTimersByTime(500);
  expect(page.sent.map(({ type }) => type).slice(-2)).not.toContain("rows");
  expect(page.sent).toContainEqual({ type: "again" });
});

it("drops an answer for a version that is not on the screen", async () => {
  const { page } = await shown();
  page.messages.fire({ ...ask, id: 2 });
  const before = page.sent.length;
  await numbers.answer(answer(2));
  expect(page.sent).toHaveLength(before);
});

it("selects a token, or puts the cursor on it, only where the text is what was analysed", async () => {
  const { page, editor } = await shown();
  const start = editor.selection;
  const reveal = { type: "reveal", uri: a, version: 1, token: 1, cursor: false };
  page.messages.fire({ ...reveal, uri: b });
  page.messages.fire({ ...reveal, version: 0 });
  page.messages.fire({ ...reveal, token: 0 });
  page.messages.fire({ ...reveal, token: 99 });
  editor.document.version = 2;
  page.messages.fire(reveal);
  expect(editor.selection).toBe(start);
  editor.document.version = 1;
  page.messages.fire(reveal);
  expect(editor.selection).not.toBe(start);
  expect(gone).toEqual([]);
  page.messages.fire({ ...reveal, cursor: true });
  await settled();
  expect(gone).toMatchObject([{ document: editor.document }]);

  editor.selection = null;
  numbers.stale.fire(null);
  page.messages.fire(reveal);
  expect(editor.selection).toBeNull();
});

it("opens the panel of a feature that was chosen", async () => {
  const { page } = await shown();
  const target = { uri: a, sae: "s", feature: 4 };
  page.messages.fire({ type: "feature", target });
  expect([ran, given]).toEqual([["steerscope.showFeature"], [target]]);
});

it("says that a file is closed rather than showing its last numbers", async () => {
  const { page, editor } = await shown();
  close(editor);
  const closed = { type: "problem", id: null, message: expect.stringContaining("a.prompt is closed") };
  expect(page.sent.at(-1)).toMatchObject(closed);
  page.messages.fire({ type: "ready" });
  expect(page.sent.at(-1)).toMatchObject(closed);
});

it("comes back on the file it was kept for, or on the prompt that is being edited", async () => {
  const state = { uri: a, token: 3, column: 0, cells: "guesses", shade: "guess" } as const;
  open("/prompts/notes.txt");
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, state);
  restored.messages.fire({ type: "ready" });
  expect(restored.sent[0]).toMatchObject({ type: "file", uri: a });
  open("/prompts/b.prompt");
  const other = new FakePanel();
  await panel.deserializeWebviewPanel(other as never, state);
  other.messages.fire({ type: "ready" });
  expect(other.sent[0]).toMatchObject({ type: "file", uri: b });
});

it("offers to treat another file as a prompt, and goes on when that is taken", async () => {
  open("/prompts/notes [old].txt");
  await panel.show();
  expect(told.at(-1)).toContain("steerscope.prompts");
  expect(panels).toHaveLength(0);
  answers.push("Treat as a prompt");
  await panel.show();
  expect(settings.workspace.prompts).toEqual(["**/notes [[]old].txt"]);
  expect(panels).toHaveLength(1);
});
