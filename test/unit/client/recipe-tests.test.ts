import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecipeTests } from "../../../client/src/recipe-tests.ts";
import type { CheckOutcome, ListedCheck } from "../../../server/src/protocol/checks.ts";
import { CancellationTokenSource, events, reset, Uri, workspace } from "./editor.ts";
import { type Controller, controllers, type Item } from "./editor-tests.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const path = "/prompts/a.steer.yaml";
const at = (line: number) => ({ start: { line, character: 2 }, end: { line, character: 9 } });
const listed: ListedCheck[] = [
  { name: "first", index: 0, range: at(4) },
  { name: "second", index: 1, range: at(8) },
];

function outcome(index: number, more: Partial<CheckOutcome> = {}): CheckOutcome {
  const { name, range } = listed[index];
  const expectation = { expected: "e", measured: "m", passed: true, range: at(5) };
  const samples = [{ text: "She smiled.", tokens: 3, end: "length" as const, logprob: -1 }];
  return {
    name,
    range,
    index,
    passed: true,
    expectations: [expectation],
    samples,
    error: null,
    ms: 12,
    ...more,
  };
}

let numbers: FakeNumbers;
let recipes: RecipeTests;
let controller: Controller;
beforeEach(() => {
  reset();
  workspace.found = [path];
  numbers = new FakeNumbers();
  recipes = new RecipeTests(numbers);
  controller = controllers.at(-1)!;
});
afterEach(() => recipes.dispose());

/** Opens the Test Explorer, and the recipe in it. */
async function look(): Promise<Item> {
  await controller.resolveHandler();
  const item = controller.items.get(`file://${path}`)!;
  const looking = controller.resolveHandler(item);
  await numbers.answer(listed);
  await looking;
  return item;
}

const children = (item: Item) => Array.from(item.children, ([, it]) => it);

describe("the Test Explorer", () => {
  it("lists recipes when it is opened and the checks of one when that is opened, and asks nothing before", async () => {
    expect(controller.items.size).toBe(0);
    const item = await look();
    expect(item.label).toBe("a.steer.yaml");
    expect(children(item).map(({ label }) => label)).toEqual(["first", "second"]);
    expect(children(item)[1].range).toMatchObject({ numbers: [8, 2, 8, 9] });
  });

  it("follows recipes that come, change and go", async () => {
    const item = await look();
    events.fileCreated.fire(new Uri("/prompts/b.steer.yaml"));
    expect(controller.items.size).toBe(2);
    events.fileDeleted.fire(new Uri("/prompts/b.steer.yaml"));
    expect(controller.items.size).toBe(1);
    events.saved.fire({ uri: new Uri(path), version: 2 });
    await numbers.answer([listed[1]]);
    expect(children(item).map(({ label }) => label)).toEqual(["second"]);
    workspace.found = [];
    await controller.refreshHandler();
    expect(controller.items.size).toBe(0);
  });

  it("knows the checks of a recipe that is open before it was looked at", async () => {
    events.opened.fire({ uri: new Uri("/prompts/a.prompt"), version: 1 });
    events.opened.fire({ uri: new Uri(path), version: 1 });
    await numbers.answer(listed);
    expect(numbers.asked).toHaveLength(0);
    expect(children(controller.items.get(`file://${path}`)!)).toHaveLength(2);
  });

  it("says of a recipe that cannot be read why, in the place of its checks", async () => {
    const item = await look();
    const looking = controller.resolveHandler(item);
    await numbers.answer(new Error("It is no YAML."));
    await looking;
    expect(item).toMatchObject({ error: "It is no YAML.", children: { size: 0 } });
  });
});

describe("a run", () => {
  const { token } = new CancellationTokenSource();

  it("tells what passed, and of what failed each expectation that was not met, at its line", async () => {
    const item = await look();
    const running = controller.runHandler({ include: children(item) }, token);
    await settled();
    expect(numbers.asked[0].params).toEqual({ recipe: { uri: item.id }, checks: [0] });
    await numbers.answer({ checks: [outcome(0)] });
    const missed = { expected: "every text has “x”", measured: "0 of 1", passed: false, range: at(9) };
    await numbers.answer({
      checks: [outcome(1, { passed: false, expectations: [...outcome(1).expectations, missed] })],
    });
    await running;
    const [run] = controller.runs;
    expect(run.told.map(([state, label]) => `${state} ${label}`)).toEqual([
      "started first",
      "passed first",
      "started second",
      "failed second",
    ]);
    const [, , messages] = run.told[3];
    expect(messages).toHaveLength(1);
    expect(messages![0]).toMatchObject({
      message: "Expected: every text has “x”. Measured: 0 of 1.",
      expectedOutput: "every text has “x”",
      actualOutput: "0 of 1",
      location: { uri: { path }, range: { numbers: [9, 2, 9, 9] } },
    });
    expect(run.output).toContain('"She smiled."');
    expect(run.output).toContain("NOT MET: every text has “x”; measured: 0 of 1");
    expect(run.ended).toBe(true);
  });

  it("of everything looks recipes and checks up first, and leaves out what is excluded", async () => {
    const item = await look();
    const exclude = [children(item)[0]];
    const running = controller.runHandler({ exclude }, token);
    await settled();
    await numbers.answer(listed);
    // The list was made anew meanwhile; the excluded one is told by what it names.
    expect(numbers.asked[0].params).toMatchObject({ checks: [1] });
    await numbers.answer({ checks: [outcome(1)] });
    await running;
    expect(controller.runs[0].told).toMatchObject([
      ["started", "second"],
      ["passed", "second"],
    ]);
  });

  it("tells of a check that cannot be run, of one that is gone, and of a server that fails", async () => {
    const item = await look();
    const [first] = children(item);
    const answers = [
      { checks: [outcome(0, { passed: false, expectations: [], error: "No such SAE. Name one." })] },
      { checks: [] },
      new Error("The engine ended."),
    ];
    for (const answer of answers) {
      const running = controller.runHandler({ include: [first] }, token);
      await settled();
      await numbers.answer(answer);
      await running;
    }
    const messages = controller.runs.map(({ told }) => [told[1][0], told[1][2]![0].message]);
    expect(messages).toEqual([
      ["errored", "No such SAE. Name one."],
      ["errored", "The recipe has no such check any more."],
      ["errored", "The engine ended."],
    ]);
  });

  it("that is stopped ends what runs, and begins no other", async () => {
    const item = await look();
    const source = new CancellationTokenSource();
    const running = controller.runHandler({ include: children(item) }, source.token);
    await settled();
    source.cancel();
    expect(numbers.asked[0].token?.isCancellationRequested).toBe(true);
    await numbers.answer(new Error("cancelled"));
    await running;
    expect(controller.runs[0]).toMatchObject({
      ended: true,
      told: [
        ["started", "first"],
        ["skipped", "first"],
      ],
    });
    expect(numbers.asked).toHaveLength(0);
  });
});
