import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { InspectPanel } from "../../../client/src/inspect-panel.ts";
import {
  answers,
  close,
  type FakePanel,
  given,
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
let panel: InspectPanel;
const a = "file:///prompts/a.prompt";
const range = { start: { line: 0, character: 4 }, end: { line: 0, character: 9 } };
const answer = (version: number) => ({ version, tokens: [{ range }] });

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  panel = new InspectPanel(numbers, new Uri("/extension") as never);
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
});

/** The panel, opened on a file and filled. */
async function shown(path = "/prompts/a.prompt"): Promise<FakePanel> {
  open(path);
  await panel.show();
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "show", uri: `file://${path}` });
  return page;
}

it("asks for hovers' ranking once its page runs, not before", async () => {
  open("/prompts/a.prompt");
  await panel.show();
  expect(numbers.asked).toHaveLength(0);
  panels[0].messages.fire({ type: "ready" });
  expect(numbers.asked).toMatchObject([
    { method: "steerscope/inspect", params: { textDocument: { uri: a }, ranked: true } },
  ]);
});

it("asks for nothing while hidden, and for everything anew when its page comes back", async () => {
  const page = await shown();
  page.visible = false;
  numbers.stale.fire(a);
  numbers.analysed.fire(a);
  vi.advanceTimersByTime(500);
  expect(numbers.asked).toHaveLength(0);
  page.visible = true;
  page.messages.fire({ type: "ready" });
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "show" });
});

it("never lets a slow answer for one file overwrite another's", async () => {
  const page = await shown();
  numbers.analysed.fire(a);
  open("/prompts/b.prompt");
  await Promise.race([panel.show(), settled()]);
  const [slow, quick] = numbers.asked;
  quick.resolve(answer(1));
  await settled();
  slow.resolve(answer(1));
  await settled();
  const drawn = page.sent.filter((it) => it.type === "show") as unknown as { uri: string }[];
  expect(drawn.map((it) => it.uri)).toEqual([a, "file:///prompts/b.prompt"]);
});

it("marks what it shows when settings or the engine change, and asks again", async () => {
  const page = await shown();
  numbers.stale.fire(null);
  expect(page.sent.at(-1)).toEqual({ type: "stale" });
  vi.advanceTimersByTime(500);
  await numbers.answer(new Error("No model at “x”."));
  expect(page.sent.at(-1)).toEqual({ type: "problem", message: "No model at “x”." });
  numbers.analysed.fire(a);
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "show" });
});

it("drops an answer for a version that is not on the screen", async () => {
  const page = await shown();
  numbers.analysed.fire(a);
  const before = page.sent.length;
  await numbers.answer(answer(2));
  expect(page.sent).toHaveLength(before);
});

it("selects a token only where the text is what was analysed", async () => {
  const page = await shown();
  const editor = open("/prompts/a.prompt");
  const reveal = { type: "reveal", uri: a, version: 1, token: 0 };
  const { window } = await import("./editor.ts");
  window.visibleTextEditors = [editor];
  page.messages.fire({ ...reveal, uri: "file:///prompts/b.prompt" });
  page.messages.fire({ ...reveal, version: 0 });
  editor.document.version = 2;
  page.messages.fire(reveal);
  expect(editor.selection).toBeNull();
  editor.document.version = 1;
  page.messages.fire(reveal);
  expect(editor.selection).not.toBeNull();

  editor.selection = null;
  numbers.stale.fire(null);
  page.messages.fire(reveal);
  expect(editor.selection).toBeNull();
});

it("opens the panel of a feature that was chosen", async () => {
  const page = await shown();
  const target = { uri: a, sae: "s", feature: 4 };
  page.messages.fire({ type: "feature", target });
  expect([ran, given]).toEqual([["steerscope.showFeature"], [target]]);
});

it("says that a file is closed rather than showing its last numbers", async () => {
  const editor = open("/prompts/a.prompt");
  await panel.show();
  panels[0].messages.fire({ type: "ready" });
  await numbers.answer(answer(1));
  close(editor);
  await settled();
  expect(panels[0].sent.at(-1)).toMatchObject({
    type: "problem",
    message: expect.stringContaining("a.prompt is closed"),
  });
});

it("comes back on the file it was kept for", async () => {
  const page = await shown();
  page.dispose();
  const { FakePanel } = await import("./editor.ts");
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, { uri: a, token: 3 });
  restored.messages.fire({ type: "ready" });
  await numbers.answer(answer(1));
  expect(restored.sent.at(-1)).toMatchObject({ type: "show", uri: a });
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
