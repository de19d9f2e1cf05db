import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ComparePanel } from "../../../client/src/compare-panel.ts";
import { events, FakePanel, given, open, panels, ran, reset, settings, Uri, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let panel: ComparePanel;
const a = "file:///prompts/a.prompt";
const recipe = "file:///prompts/a.steer.yaml";
const wish = { strengths: [], samples: 2, maxTokens: 5, temperature: 0.8, seed: 1 };
const answer = (version: number) => ({ version, recipeUris: [recipe], aligned: [] });

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  panel = new ComparePanel(numbers, new Uri("/extension") as never);
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
});

/** The panel, opened on a prompt, its first run asked for. */
async function shown(): Promise<FakePanel> {
  open("/prompts/a.prompt");
  await panel.show();
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  page.messages.fire({ type: "run", id: 1, wish });
  await settled();
  return page;
}
/** What the page was told, but for what can be chosen to rank with. */
const told = (page: FakePanel) => page.sent.filter(({ type }) => type !== "probes");
const types = (page: FakePanel) => told(page).map(({ type }) => type);

it("names what is compared once its page runs, and asks for what the page asks for", async () => {
  const page = await shown();
  expect(page.sent[0]).toEqual({ type: "file", uri: a, file: "a.prompt", recipes: null });
  expect(page.title).toBe("Compare: a.prompt");
  expect(numbers.asked).toMatchObject([
    {
      method: "steerscope/compare",
      params: {
        textDocument: { uri: a },
        strengths: [],
        writing: { samples: 2, seed: 1 },
        run: expect.any(String),
      },
    },
  ]);
  expect(numbers.asked[0].params).not.toHaveProperty("recipes");
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "show", id: 1 });
});

it("hands on what is written of its own run, and of no other", async () => {
  const page = await shown();
  const { run } = numbers.asked[0].params as { run: string };
  numbers.generated.fire({ run: "another", side: "base", sample: 0, text: "no" });
  numbers.generated.fire({ run, side: "steered", sample: 1, text: "glad" });
  expect(told(page).slice(1)).toEqual([{ type: "text", id: 1, side: "steered", sample: 1, text: "glad" }]);
});

it("ends the run that is overtaken by another strength, and drops its answer", async () => {
  const page = await shown();
  const [first] = numbers.asked;
  page.messages.fire({ type: "run", id: 2, wish: { ...wish, strengths: [0.5] } });
  await settled();
  expect(first.token?.isCancellationRequested).toBe(true);
  await numbers.answer(answer(1));
  expect(types(page)).not.toContain("show");
  expect(numbers.asked[0].params).toMatchObject({ strengths: [0.5] });
  await numbers.answer(answer(1));
  expect(page.sent.at(-1)).toMatchObject({ type: "show", id: 2 });
});

it("takes everything away when prompt, recipe or engine change, and has it asked anew once", async () => {
  const page = await shown();
  await numbers.answer(answer(1));
  for (const uri of [a, recipe, null]) {
    const before = told(page).length;
    numbers.stale.fire(uri);
    expect(types(page).slice(before)).toEqual(["stale"]);
    vi.advanceTimersByTime(500);
    expect(types(page).slice(before)).toEqual(["stale", "again"]);
    // The end of an analysis says nothing new.
    numbers.analysed.fire(a);
    expect(types(page).slice(before)).toEqual(["stale", "again"]);
  }
  const before = told(page).length;
  numbers.stale.fire("file:///prompts/other.prompt");
  expect(told(page)).toHaveLength(before);
});

it("drops an answer for a text that is not on the screen, and says why there is none", async () => {
  const page = await shown();
  await numbers.answer(answer(2));
  expect(types(page)).not.toContain("show");
  page.messages.fire({ type: "run", id: 2, wish });
  await settled();
  await numbers.answer(new Error("The engine ended while the model was writing. Run it again."));
  expect(page.sent.at(-1)).toMatchObject({
    type: "problem",
    id: 2,
    message: expect.stringContaining("Run it again"),
  });
});

it("sweeps on demand, opens features, and ends what runs when it is closed or told to", async () => {
  const page = await shown();
  await numbers.answer(answer(1));
  page.messages.fire({ type: "sweep", id: 1, wish });
  await settled();
  expect(numbers.asked[0]).toMatchObject({ method: "steerscope/sweep" });
  await numbers.answer({ points: [] });
  expect(page.sent.at(-1)).toMatchObject({ type: "sweep", id: 1, sweep: { points: [] } });
  page.messages.fire({ type: "feature", sae: "s", feature: 4 });
  expect([ran.at(-1), given.at(-1)]).toEqual(["steerscope.showFeature", { uri: a, sae: "s", feature: 4 }]);
  page.messages.fire({ type: "run", id: 2, wish });
  await settled();
  page.messages.fire({ type: "stop" });
  expect(numbers.asked[0].token?.isCancellationRequested).toBe(true);
});

it("opened on a recipe, compares it on the prompt that names it", async () => {
  workspace.found = ["/prompts/other.prompt", "/prompts/a.prompt"];
  workspace.files.set("/prompts/a.prompt", "---\nsteerscope: { steer: ./a.steer.yaml }\n---\nHi");
  open("/prompts/a.steer.yaml");
  await panel.show();
  panels.at(-1)!.messages.fire({ type: "ready" });
  expect(panels.at(-1)!.sent[0]).toEqual({ type: "file", uri: a, file: "a.prompt", recipes: [recipe] });
});

it("comes back on the recipe and prompt that it was kept for", async () => {
  const state = { uri: a, recipes: [recipe], wish };
  open("/prompts/a.prompt");
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, state);
  restored.messages.fire({ type: "ready" });
  expect(restored.sent[0]).toEqual({ type: "file", uri: a, file: "a.prompt", recipes: [recipe] });
  restored.messages.fire({ type: "run", id: 1, wish });
  await settled();
  expect(numbers.asked[0].params).toMatchObject({ recipes: [{ uri: recipe }] });
});

it("puts the focus on an edit's slider once its page runs, and at once where it is shown already", async () => {
  open("/prompts/a.prompt");
  await panel.show(undefined, 2);
  const page = panels.at(-1)!;
  expect(page.column).toMatchObject({ preserveFocus: false });
  page.messages.fire({ type: "ready" });
  expect(page.sent).toEqual([
    { type: "file", uri: a, file: "a.prompt", recipes: null },
    { type: "slider", index: 2 },
  ]);
  page.messages.fire({ type: "run", id: 1, wish });
  await settled();
  await panel.show(undefined, null);
  expect(told(page).slice(2)).toEqual([{ type: "slider", index: null }]);
  expect(numbers.asked[0].token?.isCancellationRequested).toBe(false);
  // Taken once: a page that comes back is not turned to the slider again.
  page.messages.fire({ type: "ready" });
  expect(types(page).slice(3)).toEqual(["file"]);
});

it("compares a recipe on the prompt whose text in the editor names it, saved or not", async () => {
  workspace.found = ["/prompts/b.prompt", "/prompts/a.prompt"];
  const prompt = open("/prompts/a.prompt");
  prompt.document.getText = () => "---\nsteerscope: { steer: ./a.steer.yaml }\n---\n";
  open("/prompts/a.steer.yaml");
  await panel.show(undefined, 1);
  workspace.found = [];
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  expect(page.sent[0]).toMatchObject({ uri: a, recipes: [recipe] });
});

const facts = (classes: string[], verdict: string | null) => ({ classes, verdict });
const probe = (entry: string, more: object) => ({
  ...{ name: entry.split("/").at(-1)!.replace(".probe.json", ""), entry, file: `/prompts/${entry}` },
  ...{ enabled: false, facts: facts(["no", "yes"], "sound"), ...more },
});

it("offers the probes that can rank, the enabled first, each with what speaks against it", async () => {
  workspace.found = ["/prompts/truth.probe.json"];
  const page = await shown();
  expect(numbers.asked.map(({ method }) => method)).toEqual(["steerscope/probes", "steerscope/compare"]);
  await numbers.answer({
    problem: null,
    probes: [
      probe("a/truth.probe.json", {}),
      probe("b/truth.probe.json", { facts: facts(["no", "yes"], "explained-by-text") }),
      probe("broken.probe.json", { facts: null }),
      probe("mood.probe.json", { facts: facts(["sad", "glad", "calm"], "sound") }),
      probe("reward.probe.json", { enabled: true, facts: facts([], null) }),
    ],
  });
  expect(page.sent.at(-1)).toEqual({
    type: "probes",
    problem: null,
    probes: [
      { file: "/prompts/reward.probe.json", name: "reward · its number · no controls" },
      { file: "/prompts/a/truth.probe.json", name: "a/truth.probe.json · towards yes" },
      { file: "/prompts/b/truth.probe.json", name: "b/truth.probe.json · towards yes · explained by text" },
    ],
  });
});

it("says why no probe can rank: there is none, or none is loaded; an enabled one may lie outside", async () => {
  expect((await shown()).sent.at(-1)).toEqual({ type: "probes", probes: [], problem: null });
  panel.dispose();
  settings.workspace.probes = ["/elsewhere/truth.probe.json"];
  panel = new ComparePanel(numbers, new Uri("/extension") as never);
  numbers.asked.length = 0;
  const page = await shown();
  await numbers.answer({ probes: [], problem: "This workspace is not trusted." });
  expect(page.sent.at(-1)).toMatchObject({ probes: [], problem: "no probe: This workspace is not trusted." });
});

it("hands on which probe ranks, and has it asked anew where that one is trained again", async () => {
  const page = await shown();
  await numbers.answer(answer(1));
  const rerank = { probe: "/prompts/truth.probe.json", beta: 0.5 };
  page.messages.fire({ type: "run", id: 2, wish: { ...wish, rerank } });
  await settled();
  const { params } = numbers.asked[0] as { params: { writing: object } };
  expect(params).toMatchObject({ rerank });
  expect(params.writing).not.toHaveProperty("rerank");
  await numbers.answer(answer(1));
  const before = told(page).length;
  events.fileChanged.fire(new Uri("/prompts/other.probe.json"));
  expect(types(page).slice(before)).toEqual([]);
  events.fileChanged.fire(new Uri("/prompts/truth.probe.json"));
  vi.advanceTimersByTime(500);
  expect(types(page).slice(before)).toEqual(["stale", "again"]);
});
