import { describe, expect, it } from "vitest";
import { StreamingCorrelation } from "../../../../server/src/steering/methods/corrsteer/correlation.ts";
import { readExamples, split } from "../../../../server/src/steering/methods/corrsteer/examples.ts";
import { bestOfEachHook, ranked } from "../../../../server/src/steering/methods/corrsteer/select.ts";
import { gradeOf } from "../../../../server/src/steering/methods/grade.ts";
import { readPairs, splitPairs } from "../../../../server/src/steering/methods/saif/pairs.ts";
import { Sensitivities } from "../../../../server/src/steering/methods/saif/sensitivity.ts";
import { description } from "../recipes.ts";
import { recordsFile } from "./fixtures.ts";

const firing = (latents: Record<number, number>) => ({
  indices: Int32Array.from(Object.keys(latents), Number),
  maximum: Float32Array.from(Object.values(latents)),
});

describe("latents that go along with a grade", () => {
  const sums = new StreamingCorrelation(4);
  sums.add(firing({ 0: 2, 1: 5, 2: 1 }), 1, true);
  sums.add(firing({ 0: 4, 2: 1 }), 1, true);
  sums.add(firing({ 1: 5, 2: 1 }), 0, false);
  sums.add(firing({ 1: 5, 2: 1 }), 0, false);

  it("keep their mean over successes, silent ones among them, and only the positive ones are ranked", () => {
    const result = sums.result();
    expect(result[0]).toMatchObject({ coefficient: 3, frequency: 0.5 });
    expect(result[1]).toMatchObject({ coefficient: 2.5, frequency: 0.75 });
    expect(result[1].r).toBeLessThan(0);
    expect([result[2].r, result[3].r]).toEqual([0, 0]);
    expect(ranked(result, 1)).toEqual([{ sae: 1, ...result[0] }]);
  });

  it("are taken one a hook point, the most correlated", () => {
    const candidate = (sae: number, r: number) => ({ sae, latent: 1, r, coefficient: 1, frequency: 1 });
    const [early] = description.saes;
    const saes = [...description.saes.slice(0, 2), { ...early, id: "early too" }];
    const best = bestOfEachHook([[candidate(0, 0.3)], [], [candidate(2, 0.5), candidate(2, 0.4)]], saes);
    expect(best).toEqual([candidate(2, 0.5)]);
  });
});

describe("latents that an instruction makes fire", () => {
  it("are those that were silent without it, the most reliable first", () => {
    const found = new Sensitivities(5);
    found.add(firing({ 0: 4, 1: 9, 2: 1 }), firing({ 1: 1 }));
    found.add(firing({ 0: 2, 3: 8 }), firing({ 3: 8, 4: 1 }));
    expect(found.result()).toEqual([
      { latent: 0, sensitivity: 1, mean: 3, deviation: 1 },
      { latent: 2, sensitivity: 0.5, mean: 0.5, deviation: 0.5 },
    ]);
  });

  it("are tried on prompts that they were not chosen on, each once", () => {
    const grade = gradeOf({ words: ["x"] });
    const text = (it: string) => [{ role: null, text: it }];
    const pairs = ["a", "b", "c", "d"].flatMap((it) =>
      ["now", "please"].map((how) => ({
        with: text(it + how),
        without: text(it),
        grade,
        rule: { words: ["x"] },
      })),
    );
    const { chosenOn, validation } = splitPairs(pairs, 0.5, 3);
    expect([chosenOn.length, validation.length]).toEqual([4, 2]);
    const tried = validation.map(({ without }) => without[0].text);
    expect(chosenOn.filter(({ without }) => tried.includes(without[0].text))).toEqual([]);
    expect(() => splitPairs(pairs.slice(0, 2), 0.5, 3)).toThrow(/same prompt/);
  });
});

describe("records", () => {
  it("hold prompts with rules of their own or the one for all, and graded completions", async () => {
    const path = recordsFile("examples.jsonl", [
      { prompt: "a" },
      { messages: [{ role: "user", content: "b" }], regex: "^c" },
      { prompt: "d", completion: " e", reward: -0.5 },
    ]);
    const { prompts, completions } = await readExamples(path, { words: ["yes"] });
    expect(prompts.map(({ messages, grade }) => [messages, grade("oh yes"), grade("c")])).toEqual([
      [[{ role: null, text: "a" }], 1, 0],
      [[{ role: "user", text: "b" }], 0, 1],
    ]);
    expect(completions).toEqual([{ messages: [{ role: null, text: "d" }], completion: " e", reward: -0.5 }]);
    expect(() => split([1], 0.5, 1)).toThrow(/only one prompt/);
    expect(split([1, 2], 0.01, 1).validation).toHaveLength(1);
  });

  it.each([
    [[{ prompt: "a" }], /line 1: nothing says how completions/],
    [[{ prompt: "a", judge: "mood/cheerful", words: ["b"] }], /several ways: judge, words/],
    [[{ prompt: "a", judge: "smell/good" }], /knows no “smell\/good”/],
    [[{ prompt: "a", regex: "(" }], /regular expression is broken/],
    [[{ prompt: 1, words: ["b"] }], /“prompt” is neither a text nor/],
    [[{ prompt: "a", completion: "b" }], /with a reward/],
    [[], /holds no records/],
  ])("that say nothing usable are refused with their place: %j", async (records, message) => {
    await expect(readExamples(recordsFile("bad.jsonl", records), null)).rejects.toThrow(message);
  });

  it("of pairs need both sides", async () => {
    const path = recordsFile("pairs.jsonl", [{ with: "a now", words: ["x"] }]);
    await expect(readPairs(path, null)).rejects.toThrow(/“without” is not there/);
  });
});
