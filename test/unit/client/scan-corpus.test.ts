import { beforeEach, expect, it } from "vitest";
import { type ScanTarget, scanCorpus } from "../../../client/src/scan-corpus.ts";
import { answers, open, ran, reset, told, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let changes = 0;
const uri = "file:///prompts/a.prompt";
const outcome = { state: "finished", store: "/cache/s.sqlite", tokens: 12345, documents: 3 };
const two = { model: "m", saes: [{ id: "a" }, { id: "b" }] };

beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
  changes = 0;
});

async function start(target: ScanTarget = {}): Promise<{ done: boolean }> {
  const state = { done: false };
  void scanCorpus(numbers, target, () => changes++).then(() => {
    state.done = true;
  });
  await settled();
  return state;
}
const asked = () => numbers.asked[0] as { method: string; params: object } | undefined;

it("asks which SAE and what to scan, and says what was read", async () => {
  open("/prompts/a.prompt");
  answers.push("b", "Folders…", "/texts");
  const state = await start();
  expect(asked()).toMatchObject({
    method: "steerscope/features",
    params: { textDocument: { uri }, count: 0 },
  });
  await numbers.answer(two);
  expect(asked()).toEqual(
    expect.objectContaining({
      method: "steerscope/scan",
      params: { textDocument: { uri }, corpus: ["/texts"], sae: "b" },
    }),
  );
  expect(changes).toBe(0);
  await numbers.answer(outcome);
  expect(changes).toBe(1);
  expect(told.at(-1)).toMatch(/12,345 tokens of 3 documents.*s\.sqlite/);
  expect(state.done).toBe(true);
});

it("names no SAE for all of them or the only one, and asks for none that was chosen already", async () => {
  answers.push("All 2 SAEs of m", "Files…", "/a.jsonl");
  await start();
  await numbers.answer(two);
  expect(asked()!.params).toEqual({ corpus: ["/a.jsonl"] });
  await numbers.answer(outcome);
  answers.push("Files…", "/a.jsonl");
  await start();
  await numbers.answer({ ...two, saes: [{ id: "a" }] });
  expect(asked()!.params).toEqual({ corpus: ["/a.jsonl"] });
  await numbers.answer(outcome);
  open("/prompts/a.prompt");
  answers.push("Files…", "/a.jsonl");
  await start({ uri, sae: "a" });
  expect(asked()).toMatchObject({
    method: "steerscope/scan",
    params: { textDocument: { uri }, corpus: ["/a.jsonl"], sae: "a" },
  });
});

it("scans nothing where the user turns back", async () => {
  await start();
  await numbers.answer(two);
  answers.push("a");
  await start();
  await numbers.answer(two);
  answers.push("a", "Files…");
  await start();
  await numbers.answer(two);
  expect(asked()).toBeUndefined();
  expect(changes).toBe(0);
});

it("goes on with a paused scan when told to, with what is known shown meanwhile", async () => {
  answers.push("Files…", "/a.txt", "Go on");
  await start({ sae: "a" });
  const { params } = asked()!;
  await numbers.answer({ ...outcome, state: "paused" });
  expect(changes).toBe(1);
  expect(told.at(-1)).toContain("paused");
  expect(asked()!.params).toEqual(params);
  const paused = { ...outcome, state: "paused" };
  await numbers.answer(paused);
  expect(changes).toBe(2);
  expect(asked()).toBeUndefined();
});

it("scores the features after a scan when told to, and asks no more after that", async () => {
  answers.push("Files…", "/a.txt", "Score the features");
  await start({ sae: "a" });
  const { params } = asked()!;
  await numbers.answer(outcome);
  expect(asked()).toMatchObject({
    method: "steerscope/scan",
    params: { ...(params as object), scores: true },
  });
  await numbers.answer(outcome);
  expect(told.at(-1)).toMatch(/features are scored.*s\.sqlite/);
  expect(changes).toBe(2);
  expect(asked()).toBeUndefined();
});

it("takes the place of another corpus only when the user says so", async () => {
  const other = Object.assign(new Error("x"), {
    data: { code: "store-other", message: "Made for another." },
  });
  answers.push("Files…", "/a.txt", undefined);
  await start({ sae: "a" });
  await numbers.answer(other);
  expect(told.at(-1)).toContain("Made for another. Scanning anew");
  expect(asked()).toBeUndefined();
  answers.push("Files…", "/a.txt", "Scan anew");
  await start({ sae: "a" });
  await numbers.answer(other);
  expect(asked()!.params).toEqual({ corpus: ["/a.txt"], sae: "a", replace: true });
  await numbers.answer(outcome);
  expect(changes).toBe(1);
});

it("says why a scan ended early", async () => {
  answers.push("Files…", "/a.txt");
  await start({ sae: "a" });
  await numbers.answer(new Error("There is no file or folder /a.txt."));
  expect(told.at(-1)).toMatch(/ended early.*no file or folder/);
  expect(changes).toBe(0);
});

it("is refused in a workspace that is not trusted", async () => {
  workspace.isTrusted = false;
  answers.push("Manage trust");
  await start({ sae: "a" });
  expect(told.at(-1)).toContain("not trusted");
  expect(ran).toEqual(["workbench.trust.manage"]);
  expect(numbers.asked).toHaveLength(0);
});
