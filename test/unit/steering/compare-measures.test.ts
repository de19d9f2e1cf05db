import { describe, expect, it } from "vitest";
import { apart, meanOf, shareOf } from "../../../server/src/learn/metrics/intervals.ts";
import type { ReadResult, SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { align } from "../../../server/src/steering/compare/align.ts";
import { perplexity, repetition } from "../../../server/src/steering/compare/fluency.ts";
import { movedLatents } from "../../../server/src/steering/compare/moved-latents.ts";
import { scorerOf } from "../../../server/src/steering/compare/scorers/index.ts";
import { multiplied, withStrengths } from "../../../server/src/steering/compare/strengths.ts";
import { usualWriting } from "../../../server/src/steering/compare/subject.ts";
import { type Figures, verdictOf } from "../../../server/src/steering/compare/verdict.ts";

describe("two texts laid over each other", () => {
  const joined = (parts: { text: string }[]) => parts.map(({ text }) => text).join("");
  it("keep every character, and mark the words that only one has", () => {
    const [base, steered] = ["She was sad and wept.\nThe end", "She was glad and wept.  The end "];
    const aligned = align(base, steered);
    expect(joined(aligned.base)).toBe(base);
    expect(joined(aligned.steered)).toBe(steered);
    expect(aligned.base.filter(({ same }) => !same)).toEqual([{ text: " sad", same: false }]);
    expect(aligned.steered.filter(({ same }) => !same).map(({ text }) => text)).toEqual([" glad", " "]);
  });
  it("that have nothing in common, or nothing at all, stay whole", () => {
    expect(align("a b", "c d")).toEqual({
      base: [{ text: "a b", same: false }],
      steered: [{ text: "c d", same: false }],
    });
    expect(align("", "x")).toEqual({ base: [], steered: [{ text: "x", same: false }] });
  });
});

it("perplexity counts every token of all texts alike", () => {
  const half = Math.log(0.5);
  expect(perplexity([[half, half], [Math.log(0.25)]])).toBeCloseTo(4 ** (2 / 3), 12);
  expect(perplexity([[], []])).toBeNull();
});

it("repetition is the share of three tokens in a row that stood in their own text before", () => {
  expect(repetition([[1, 2, 3, 1, 2, 3]])).toBe(1 / 4);
  expect(
    repetition([
      [1, 2, 3],
      [1, 2, 3],
    ]),
  ).toBe(0);
  expect(repetition([[1, 2]])).toBeNull();
});

it("intervals that touch are not apart", () => {
  const of = (low: number, high: number) => ({ value: (low + high) / 2, low, high, n: 8 });
  expect(apart(of(0, 0.5), of(0.5, 1))).toBe(0);
  expect(apart(of(0, 0.4), of(0.5, 1))).toBe(1);
  expect(apart(of(0.5, 1), of(0, 0.4))).toBe(-1);
  // One text says nothing of its spread.
  expect(apart(meanOf([1]), meanOf([100, 101, 102]))).toBe(0);
});

describe("scorers", () => {
  it("judge a text by the value that most of it shows", async () => {
    const judge = scorerOf({ kind: "judge", attribute: "mood", value: "cheerful" });
    expect(judge.name).toContain("mood/cheerful");
    expect(await judge.score("She was cheerful and laughed aloud.")).toBe(1);
    expect(await judge.score("She was sad and wept bitterly.")).toBe(0);
  });
  it("find whole words and phrases, whatever their case", async () => {
    const words = scorerOf({ kind: "words", words: ["glad", "market square"] });
    expect(await words.score("GLAD tidings")).toBe(1);
    expect(await words.score("a gladiator on the Market  square")).toBe(0);
    expect(await words.score("a gladiator, then glad.")).toBe(1);
    expect(await words.score("on the Market square")).toBe(1);
  });
  it("match patterns", async () => {
    expect(await scorerOf({ kind: "pattern", pattern: "^\\s*sh(e|es)\\b" }).score(" She ran")).toBe(1);
  });
  it.each([
    [{ kind: "judge", attribute: "magic", value: "x" }, "mood"],
    [{ kind: "judge", attribute: "mood", value: "" }, "mood/cheerful"],
    [{ kind: "words", words: [" "] }, "at least one"],
    [{ kind: "pattern", pattern: "(" }, "regular expression"],
  ] as const)("that cannot work say what would: %j", (spec, remedy) => {
    expect(() => scorerOf(spec as never)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: "scorer-invalid", remedy: expect.stringContaining(remedy) }),
      }),
    );
  });
});

const edit = (operation: SteeringEdit["operation"], amount: SteeringEdit["amount"]): SteeringEdit => ({
  ...{ hook: "blocks.1.hook_resid_post", operation, amount, unit: "raw", onlyFiring: false, when: [] },
  directions: [{ direction: { kind: "latent", sae: 0, latent: 3 }, weight: 1 }],
  where: { tokens: "all", roles: null, positions: null, steps: null, halfLife: null, first: false },
});

describe("strengths", () => {
  it("take the place of the recipe's, where an edit has one and is on", () => {
    const edits = [
      { enabled: true, steering: [edit("add", 1), edit("add", 1)] },
      { enabled: false, steering: [edit("add", 1)] },
      { enabled: true, steering: [edit("ablate", "mean")] },
      { enabled: true, steering: [edit("clamp", 2)] },
    ];
    expect(withStrengths(edits, [5, 6, 7, null]).map(({ amount }) => amount)).toEqual([5, 5, "mean", 2]);
    expect(withStrengths(edits, []).map(({ amount }) => amount)).toEqual([1, 1, "mean", 2]);
  });
  it("are multiplied from what does nothing", () => {
    const all = [
      edit("add", 0.4),
      edit("scale", 3),
      edit("clamp", 2),
      edit("cap", 2),
      edit("ablate", "mean"),
    ];
    expect(multiplied(all, 0)).toEqual([]);
    expect(multiplied(all, 1).map(({ amount }) => amount)).toEqual([0.4, 3, 2, 2, "mean"]);
    expect(multiplied(all, 0.5).map(({ amount }) => amount)).toEqual([0.2, 2, 1, 4, "mean"]);
  });
});

it("latents move by their mean over all tokens of the base texts, the named apart from the others", () => {
  const side = (n: number, mean: Record<number, number>) => ({
    logprobs: new Float32Array(n),
    latents: [
      {
        indices: Int32Array.from(Object.keys(mean), Number),
        mean: Float32Array.from(Object.values(mean)),
        maximum: Float32Array.from(Object.values(mean)),
      },
    ],
  });
  const texts: ReadResult[] = [
    { base: side(1, { 1: 4, 2: 1 }), steered: side(1, { 1: 4, 2: 3, 3: 8 }), kl: null },
    { base: side(3, { 2: 1, 4: 1 }), steered: side(3, { 2: 1, 4: 0.5 }), kl: null },
  ];
  const maximum = Float32Array.from([0, 10, 10, 10, 0, 0]);
  const saes = [{ id: "s", maximum }] as never;
  const labels = () => new Map([[2, "two"]]);
  const { moved, named, sideEffects } = movedLatents({ saes }, labels, texts, [edit("add", 1)]);
  expect(named).toEqual([
    { sae: "s", latent: 3, label: null, base: 0, steered: 2, share: expect.closeTo(0.2) },
  ]);
  // Latent 4 has no known maximum: behind the others. Latent 1 did not move.
  expect(moved.map(({ latent, share }) => [latent, share])).toEqual([
    [2, expect.closeTo(0.05)],
    [4, null],
  ]);
  expect(moved[0]).toMatchObject({ label: "two", base: 1, steered: 1.5 });
  expect(sideEffects).toBe(1);
});

describe("a verdict", () => {
  const figures: Figures = {
    ...{ same: false, kl: 0.1, ratio: 1.1, sideEffects: 0 },
    repetition: { base: 0, steered: 0.05 },
    behaviour: null,
  };
  const share = (yes: number, n = 20) => shareOf(Array.from({ length: n }, (_, i) => (i < yes ? 1 : 0)));
  const behaviour = (base: number, steered: number, n = 20) => ({
    ...{ scorer: "mood", kind: "share" as const },
    ...{ base: share(base, n), steered: share(steered, n) },
  });
  it("never takes a fluent text for a steered one", () => {
    const { kind, sentences } = verdictOf(figures);
    expect(kind).toBe("unscored");
    expect(sentences[0]).toContain("not scored");
  });
  it.each([
    ["works", behaviour(2, 16), {}],
    ["works", behaviour(16, 2), {}],
    ["not-shown", behaviour(8, 11), {}],
    ["breaks", behaviour(2, 16), { ratio: 1.5 }],
    ["breaks", behaviour(2, 16), { repetition: { base: 0.1, steered: 0.35 } }],
    ["no-effect", behaviour(2, 2), { same: true, kl: 0.001 }],
    ["not-shown", behaviour(2, 2), { same: true, kl: 0.2 }],
  ] as const)("is %s by its figures", (kind, scored, more) => {
    expect(verdictOf({ ...figures, behaviour: scored, ...more }).kind).toBe(kind);
  });
  it("says which way, with figures, and asks for more samples where there are few", () => {
    expect(verdictOf({ ...figures, behaviour: behaviour(16, 2) }).sentences[0]).toMatch(
      /^mood fell from 80 % \(.*\) to 10 %/,
    );
    expect(verdictOf({ ...figures, behaviour: behaviour(0, 1, 2) }).sentences[0]).toContain("take more");
    expect(verdictOf({ ...figures, sideEffects: 1 }).sentences.at(-1)).toMatch(
      /1 latent that no recipe names moved by 5 %/,
    );
  });
});

it("writes greedily for one sample, else with a temperature and a seed; the likeliest text is one", () => {
  expect(usualWriting()).toMatchObject({ samples: 1, maxTokens: 40, sampling: { temperature: 0 } });
  expect(usualWriting({ samples: 4 })).toMatchObject({ samples: 4, sampling: { temperature: 0.8, seed: 1 } });
  expect(usualWriting({ samples: 4, temperature: 0 }).samples).toBe(1);
  expect(usualWriting({ samples: 1, temperature: 1, seed: 7 }).sampling).toMatchObject({
    temperature: 1,
    seed: 7,
  });
});
