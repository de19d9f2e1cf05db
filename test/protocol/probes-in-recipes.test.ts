import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CompletionItem,
  type CompletionList,
  ErrorCodes,
  LSPErrorCodes,
  type TextEdit,
} from "vscode-languageserver/node";
import { Lines } from "../../server/src/analysis/lines.ts";
import type { TestResult } from "../../server/src/protocol/checks.ts";
import type { CompareAnswer, GeneratedNews } from "../../server/src/protocol/compare.ts";
import { trainLanguages } from "./languages.ts";
import { User, type UserOptions } from "./user.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-recipe-probes-"));
const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
let user: User;
const enter = async (options: UserOptions = {}) => {
  user = await User.inBand({ folder, embedded: true, cache: join(folder, ".cache"), ...options });
};
beforeAll(async () => {
  await trainLanguages(folder);
  // The name of a probe that lies elsewhere, and what is no probe.
  mkdirSync(join(folder, "deep"));
  writeFileSync(join(folder, "deep/broken.probe.json"), "{}");
}, 120_000);
beforeEach(() => enter());
afterEach(() => user.leave());
afterAll(() => rmSync(folder, { recursive: true }));

/** What is offered where a “|” stands, and the text once one of it is taken. */
async function completed(marked: string, name = "a.steer.yaml") {
  const at = marked.indexOf("|");
  const text = marked.slice(0, at) + marked.slice(at + 1);
  const uri = await user.open(uriOf(name), text);
  const lines = new Lines(text);
  const params = { textDocument: { uri }, position: lines.position(at) };
  const list = await user.ask<CompletionList | null>("textDocument/completion", params);
  await user.close(uri);
  const items: CompletionItem[] = list?.items ?? [];
  return {
    labels: items.map(({ label }) => label),
    details: items.map(({ detail }) => detail),
    taking(label: string) {
      const { range, newText } = items.find((it) => it.label === label)!.textEdit as TextEdit;
      return text.slice(0, lines.offset(range.start)) + newText + text.slice(lines.offset(range.end));
    },
  };
}
const recipe = (edit: string) => `version: 1\nedits:\n  - ${edit}\n`;

describe("writing a recipe with probes", () => {
  it.each([
    "probe: |",
    "probe: ger|",
    "{ probe: |",
    "sum: [{ token: x }, { probe: |",
    "sum:\n      - probe: |",
    "token: x\n    when: { probe: |",
    "token: x\n    when:\n      - feature: resid_post_3/1\n        above: 1\n      - probe: |",
  ])("offers the trained ones as a term and as a condition: %j", async (edit) => {
    const { labels, details, taking } = await completed(recipe(edit));
    expect(labels.toSorted()).toEqual(["broken", "german", "tongue"]);
    expect(details.toSorted()).toEqual([
      "english, german · blocks.2.hook_resid_post",
      "english, german, french · blocks.2.hook_resid_post",
      undefined,
    ]);
    expect(taking("german").trimEnd().endsWith("probe: german")).toBe(true);
  });

  it("names by its path one whose name others have too", async () => {
    writeFileSync(join(folder, "deep/german.probe.json"), "{}");
    try {
      expect((await completed(recipe("probe: |"))).labels.toSorted()).toEqual([
        ...["broken", "deep/german.probe.json", "german", "tongue"],
      ]);
      const inside = await completed(recipe("probe: |"), "deep/a.steer.yaml");
      expect(inside.labels.toSorted()).toEqual(["../german.probe.json", "broken", "german", "tongue"]);
    } finally {
      rmSync(join(folder, "deep/german.probe.json"));
    }
  });

  it.each([
    "probe: tongue\n    class: |",
    'probe: "tongue" # mine\n    strength: 1\n\n    # which\n    class: |',
    "{ probe: tongue, where: { roles: [user] }, class: |",
    "sum: [{ probe: german, class: english }, { probe: tongue, class: |",
    "sum:\n      - probe: german\n      - probe: ./tongue.probe.json\n        class: |",
    "token: x\n    when: { probe: tongue, above: 0.5, class: |",
    "probe: german\n    when:\n      probe: tongue\n      class: |",
  ])("offers the classes of the probe that the mapping names: %j", async (edit) => {
    const { labels, taking } = await completed(recipe(edit));
    expect(labels).toEqual(["english", "german", "french"]);
    expect(taking("french").trimEnd().endsWith("class: french")).toBe(true);
  });

  it.each([
    "class: |",
    "probe: nobody\n    class: |",
    "probe: broken\n    class: |",
    "probe: tongue\n  - class: |",
    "token: x\n    when: { above: 1, probe: tongue }\n    class: |",
    "probe: tongue\n    when: { class: |",
  ])("offers no classes where none is known: %j", async (edit) => {
    expect((await completed(recipe(edit))).labels).toEqual([]);
  });

  it("offers none in a workspace that is not trusted", async () => {
    await user.leave();
    await enter({ initializationOptions: { trusted: false } });
    expect((await completed(recipe("probe: |"))).labels).toEqual([]);
    expect((await completed(recipe("probe: tongue\n    class: |"))).labels).toEqual([]);
  });
});

it("hovers tell of a probe what it tells, how well, and how it can steer, as a term and as a condition", async () => {
  const text = recipe(
    "sum: [{ probe: tongue, class: french }]\n    strength: 1\n    when: { probe: german, above: 0.5 }",
  );
  const uri = await user.open(uriOf("hover.steer.yaml"), text);
  const term = (await user.hoverOver(uri, "tongue"))!;
  expect(term).toContain("**tongue** · blocks.2.hook_resid_post");
  expect(term).toContain("tells english, german, french");
  expect(term).toMatch(/Accuracy 0\.\d+ \(0\.\d+ to [01]\.\d+, \d+ held-out examples\)/);
  expect(term).toContain("say which with `class`");
  expect(term).toContain("cannot serve as a condition");
  const condition = (await user.hoverOver(uri, "german, above"))!;
  expect(condition).toContain("**german**");
  expect(condition).not.toContain("cannot serve");
  expect(await user.hoverOver(uri, "strength")).toContain("How much");
});

it("the checks of a recipe with a probe's direction and condition run from the editor", async () => {
  const check = (name: string, expected: string) =>
    `  - { name: ${name}, prompt: "The old baker walked", samples: 2, maxTokens: 8, expect: [${expected}] }\n`;
  const text = `version: 1
edits:
  - { probe: tongue, class: german, strength: 1, when: { probe: german, class: english, above: 0.01 } }
checks:
${check("changes", "{ klBelow: 0.01 }")}${check("stays near", "{ klBelow: 100 }")}`;
  const uri = await user.open(uriOf("checked.steer.yaml"), text);
  const run = () => user.ask<TestResult>("steerscope/testRecipe", { recipe: { uri } });
  const passed = async () => (await run()).checks.map((it) => it.error ?? it.passed);
  expect(await passed()).toEqual([false, true]);
  await user.edit(uri, "above: 0.01", "below: 0.000001");
  expect(await passed()).toEqual([true, true]);
  await user.edit(uri, "class: german, ", "");
  expect((await passed())[0]).toContain("direction for each of its classes");
}, 120_000);

describe("ranking what a comparison writes", () => {
  const writing = { samples: 4, maxTokens: 8 };
  const glad = 'version: 1\nedits:\n  - { token: " glad", layers: [3], strength: 0.3 }\n';
  let uri: string;
  const compare = (rerank?: object, more: object = {}) =>
    user.ask<CompareAnswer>("steerscope/compare", {
      ...{ textDocument: { uri }, recipes: [{ uri: uriOf("glad.steer.yaml") }] },
      ...{ writing, rerank, ...more },
    });
  const open = async () => {
    writeFileSync(join(folder, "glad.steer.yaml"), glad);
    uri = await user.open(uriOf("a.txt"), "It was a stormy evening. She");
  };

  it("says what it brings of what is scored, by another β without that anything is written anew", async () => {
    await open();
    const news: GeneratedNews[] = [];
    user.connection.onNotification("steerscope/generated", (it: GeneratedNews) => void news.push(it));
    const scorer = { kind: "words", words: ["the"] };
    const plain = await compare(undefined, { scorer, run: "plain" });
    expect(plain.rerank).toBeNull();
    const pieces = (run: string, side: string) =>
      news.filter((it) => it.run === run && it.side === side && it.sample === 0).length;
    expect([pieces("plain", "base"), pieces("plain", "steered")].every((it) => it > 1)).toBe(true);

    const soft = await compare({ probe: "german", beta: 2 }, { scorer, run: "soft" });
    expect(soft.steered).toEqual(plain.steered);
    expect([pieces("soft", "base"), pieces("soft", "steered")]).toEqual([1, 1]);
    const { base, steered, behaviour } = soft.rerank!;
    expect(base).toMatchObject({ probe: join(folder, "german.probe.json"), beta: 2 });
    for (const side of [base, steered]) {
      expect(side.samples.reduce((sum, it) => sum + it!.weight, 0)).toBeCloseTo(1, 9);
      expect(side.samples.filter((it) => it!.chosen)).toHaveLength(1);
    }
    expect(behaviour!.base.mean).toBeCloseTo(soft.behaviour!.base.value, 9);
    expect(behaviour!.steered.gain.value).toBeCloseTo(
      behaviour!.steered.expected - behaviour!.steered.mean,
      9,
    );

    const hard = await compare({ probe: "./german.probe.json", beta: 0 }, { scorer: null });
    expect(hard.rerank!.behaviour).toBeNull();
    expect(hard.rerank!.base.samples.map((it) => it!.q)).toEqual(base.samples.map((it) => it!.q));
    expect(hard.rerank!.base.samples.map((it) => it!.weight).toSorted()).toEqual([0, 0, 0, 1]);
    // Another strength is another text.
    const stronger = await compare({ probe: "german", beta: 2 }, { scorer, strengths: [0.6] });
    expect(stronger.steered).not.toEqual(plain.steered);
    expect(stronger.base).toEqual(plain.base);
  }, 120_000);

  it("says what does not fit: a probe that is not there, of more classes, a β below 0, a workspace without trust", async () => {
    await open();
    const failed = (code: string) => ({ code: LSPErrorCodes.RequestFailed, data: { code } });
    await expect(compare({ probe: "none", beta: 1 })).rejects.toMatchObject(failed("probe-unknown"));
    await expect(compare({ probe: "tongue", beta: 1 })).rejects.toMatchObject(failed("rerank-probe-unfit"));
    await expect(compare({ probe: "german", beta: -1 })).rejects.toMatchObject({
      code: ErrorCodes.InvalidParams,
    });
    await user.leave();
    await enter({ initializationOptions: { trusted: false } });
    await open();
    await expect(compare({ probe: "german", beta: 1 })).rejects.toMatchObject(
      failed("workspace-not-trusted"),
    );
  }, 120_000);
});
