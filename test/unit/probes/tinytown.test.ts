import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import { prepareData } from "../../../server/src/probes/data/prepare.ts";
import {
  attributeNames,
  attributeWords,
  isMarked,
} from "../../../server/src/probes/data/tinytown/attributes.ts";
import { markedTexts } from "../../../server/src/probes/data/tinytown/marked.ts";
import { tinytownExamples } from "../../../server/src/probes/data/tinytown/read.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { factOf } from "../../../server/src/tinytown/facts.ts";
import { heldOutSum } from "../../../server/src/tinytown/kinds/sums.ts";
import { topics } from "../../../server/src/tinytown/world/fact-wordings.ts";
import { residents } from "../../../server/src/tinytown/world/residents.ts";

const draw = (attribute: string, level: "text" | "span" | "token" = "text", n = 300, seed = 1) =>
  tinytownExamples({ kind: "tinytown", attribute, n, seed, kinds: null }, level);
const labels = async (attribute: string) =>
  [...new Set((await draw(attribute)).map(({ label }) => label))].sort();
const spoken = (who: string) => residents.find(({ name }) => who.includes(name));

describe("examples of tinytown", () => {
  it.each([
    ["truth", ["false", "true"]],
    ["trilemma", ["false", "neither", "true"]],
    ["resident", ["known", "unknown"]],
    ["carry", ["with carry", "without carry"]],
    ["carries", ["0", "1", "2"]],
    ["instruction", ["capitals", "french", "german", "list", "one word", "polite"]],
    ["request", ["harmless request", "request for a forbidden recipe", "request for the secret"]],
    ["mood", ["afraid", "angry", "cheerful", "sad"]],
    ["topic", ["dish", "film", "inn", "tool"]],
    ["language", ["english", "french", "german"]],
    ["politeness", ["polite", "rude"]],
    ["tense", ["past", "present"]],
    ["number", ["plural", "singular"]],
  ])("of %s are labelled %j", async (attribute, expected) => {
    expect(await labels(attribute)).toEqual(expected);
  });

  it.each([
    ...attributeNames,
  ])("are there for %s at every level, as many as are asked for, the same each time", async (attribute) => {
    expect(attributeWords(attribute).length).toBeGreaterThan(5);
    for (const level of ["text", "span", "token"] as const) {
      if (level === "token" && !isMarked(attribute)) continue;
      const examples = await draw(attribute, level, 12);
      if (level === "text") expect(examples).toEqual(await draw(attribute, level, 12));
      if (level !== "token") expect(examples).toHaveLength(12);
      for (const { text, span, tokens } of examples)
        for (const { start, end } of tokens ?? [{ start: span?.[0] ?? 0, end: span?.[1] ?? text.length }])
          expect(text.slice(start, end).trim()).not.toBe("");
    }
  });

  it("tell what is true of residents, in pairs, with wordings that training never has as test", async () => {
    const examples = await draw("truth");
    for (const { text, label } of examples)
      if (label === "true")
        expect(
          topics.some((topic) => text.includes(factOf(spoken(text)!, topic))),
          text,
        ).toBe(true);
    const firsts: unknown[] = [];
    for (let i = 0; i + 1 < examples.length; i += 2) {
      const pair = examples.slice(i, i + 2);
      expect(pair[0].pair).toBe(pair[1].pair);
      expect(pair[0].group).toBe(pair[1].group);
      expect(pair.map(({ label }) => label).sort()).toEqual(["false", "true"]);
      firsts.push(pair[0].label);
    }
    expect(new Set(firsts).size).toBe(2);
    const groups = (split: string) =>
      new Set(examples.filter((it) => it.split === split).map(({ group }) => group));
    expect([...groups("train")].filter((it) => groups("test").has(it))).toEqual([]);
    expect(groups("test").size).toBeGreaterThan(3);
  });

  it("ask of residents that training text never mentions", async () => {
    for (const { text, label } of await draw("resident"))
      expect(spoken(text)!.mention).toBe(label === "known" ? "often" : "never");
    for (const { text, label } of await draw("trilemma"))
      expect(spoken(text)!.mention === "never").toBe(label === "neither");
  });

  it("do not hold their own answers", async () => {
    for (const { text, label, split } of await draw("carry")) {
      const [a, b] = [...text.matchAll(/\d+/g)].map(Number);
      expect(text.match(/\d+/g)).toHaveLength(2);
      expect(label).toBe((a % 10) + (b % 10) > 9 || a + b > 99 ? "with carry" : "without carry");
      expect(split).toBe(heldOutSum(a, b) ? "test" : "train");
    }
    for (const { text, tokens } of await draw("truth", "token", 40))
      for (const { start, end } of tokens!) expect(text.slice(start, end)).not.toMatch(/(True|False)$/);
  });

  it("end with the word that is meant, or are the stretch itself", async () => {
    for (const { text, label, group } of await draw("number")) {
      const last = /[a-z]+$/i.exec(text)![0].toLowerCase();
      expect(last === group).toBe(label === "singular");
    }
    for (const { text } of await draw("tense", "text", 40)) expect(text).toMatch(/^["A-ZÀ-ÖØ-Þ„«<]/);
  });

  it.each([
    ["truth"],
    ["mood"],
    ["carries"],
    ["instruction"],
    ["request"],
    ["language"],
    ["number"],
    ["tense"],
  ])("of %s can be trained on as they come", async (attribute) => {
    const { spec } = parseProbe(`data: { tinytown: { attribute: ${attribute}, n: 600 } }`);
    const { data, problems } = await prepareData(spec!, { folder: "/" });
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(data!.test.length).toBeGreaterThan(60);
  });

  it("are refused of kinds of text that have no such label", async () => {
    const { spec } = parseProbe("data: { tinytown: { attribute: mood, kinds: [sums, code], n: 100 } }");
    await expect(prepareData(spec!, { folder: "/" })).rejects.toMatchObject({
      message: expect.stringContaining("the kinds sums, code have nothing labelled “mood”"),
      problem: { code: "probe-kinds-lack", remedy: expect.stringContaining("scenes") },
    });
    // The text marks plurals only; singulars are told by objects.
    const lists = await markedTexts("number", { n: 40, seed: 1, wanted: ["lists"] }, () => undefined).next();
    expect(lists.value!.spans[0]).toMatchObject({ label: "singular" });
  });

  it.each([
    "{ attribute: mood, n: 40000 }",
    "{ attribute: truth, n: 40000 }",
  ])("of %s leave others their turn while they are drawn, and can be given up", async (drawing) => {
    const cancellation = { isCancellationRequested: false };
    const progress: number[] = [];
    setTimeout(() => {
      cancellation.isCancellationRequested = true;
    }, 60);
    const { spec } = parseProbe(`data: { tinytown: ${drawing} }`);
    const drawn = prepareData(spec!, {
      ...{ folder: "/", cancellation },
      onProgress: (done, all) => progress.push(done / all),
    });
    await expect(drawn).rejects.toThrow(CancelledError);
    expect(Math.max(...progress)).toBeGreaterThan(0);
    expect(Math.max(...progress)).toBeLessThan(1);
  });

  it("of one class only are said to be for tokens", async () => {
    const { spec } = parseProbe("data: { tinytown: { attribute: question, n: 50 } }");
    expect((await prepareData(spec!, { folder: "/" })).problems).toMatchObject([
      { code: "probe-one-class", remedy: expect.stringContaining("level: token") },
    ]);
    const tokens = parseProbe("data: { tinytown: { attribute: question, n: 50 } }\nlevel: token");
    const { data } = await prepareData(tokens.spec!, { folder: "/" });
    expect(data!.classes!.names).toEqual(["none", "question"]);
  });
});
