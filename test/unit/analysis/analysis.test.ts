import { describe, expect, it, vi } from "vitest";
import { roleOf, tokenRange, tokensAt } from "../../../server/src/analysis/document.ts";
import { rankedFeatures } from "../../../server/src/analysis/features.ts";
import { toInspect } from "../../../server/src/analysis/inspect.ts";
import { surprisal } from "../../../server/src/analysis/surprisal.ts";
import { whereFires } from "../../../server/src/analysis/where-fires.ts";
import type { Analysis } from "../../../server/src/protocol/engine.ts";
import { analysed, type FakeToken } from "./fixtures.ts";

const ranking = { topK: 8, ranking: "relative", hideAboveFrequency: 0.1 } as const;
const tokens: FakeToken[] = [
  { text: "<s>", virtual: true, outside: true, active: [[3, 900]] },
  {
    text: "The",
    active: [
      [5, 8],
      [3, 4],
    ],
  },
  { text: " cat\n", active: [[3, 2]], logprob: -Math.LN2 * 3 },
  { text: "😀", active: [[5, 9]] },
];

describe("tokens of a document", () => {
  const document = analysed(tokens);
  it("finds the token under an offset, and none behind the text", () => {
    expect(tokensAt(document, 0)).toEqual([1]);
    expect(tokensAt(document, 2)).toEqual([1]);
    expect(tokensAt(document, 3)).toEqual([2]);
    expect(tokensAt(document, 9)).toEqual([3]);
    expect(tokensAt(document, 10)).toEqual([]);
  });

  it("gives LSP ranges to what stands in the text and null to what does not", () => {
    expect(tokenRange(document, 0)).toBeNull();
    expect(tokenRange(document, 3)).toEqual({
      start: { line: 1, character: 0 },
      end: { line: 1, character: 2 },
    });
    expect(roleOf(document, 1)).toBeNull();
  });

  it("finds all tokens that share one range", () => {
    const shared = analysed(tokens, (_, analysis) => {
      analysis.spans.start[2] = 0;
      analysis.spans.end[2] = 3;
      analysis.spans.shared.fill(1, 1, 3);
    });
    expect(tokensAt(shared, 1)).toEqual([1, 2]);
  });
});

describe("ranked features", () => {
  it.each([
    [0.8, "three"],
    [0.81, null],
  ])("carry a label that holds from %s of the maximum on as %s", (from, label) => {
    const document = analysed(tokens, (description) => {
      description.saes[0].maximum = new Float32Array(50).fill(5);
      description.saes[0].labels.set(3, { text: "three", maker: "test", from });
    });
    const { features } = rankedFeatures(document, 0, 1, ranking);
    expect(features.find((it) => it.feature === 3)).toMatchObject({ relative: 0.8, label });
  });

  it("goes by activation over the known maximum, and by activation alone when told to", () => {
    const document = analysed(tokens, (description) => {
      description.saes[0].maximum = new Float32Array(50).fill(100);
      description.saes[0].maximum![3] = 5;
    });
    const { features } = rankedFeatures(document, 0, 1, ranking);
    expect(features.map((it) => it.feature)).toEqual([3, 5]);
    expect(features[0]).toMatchObject({ label: "three", scale: { value: 5, from: "known maximum" } });
    expect(features[0].relative).toBeCloseTo(0.8);
    const raw = rankedFeatures(document, 0, 1, { ...ranking, ranking: "raw" });
    expect(raw.features.map((it) => it.feature)).toEqual([5, 3]);
  });

  it("scales to this file where no maximum is known, without tokens that mean nothing", () => {
    const { features } = rankedFeatures(analysed(tokens), 0, 2, ranking);
    expect(features).toMatchObject([{ scale: { value: 4, from: "this file" }, relative: 0.5 }]);
  });

  it("ranks latents with a known maximum before those without", () => {
    const document = analysed(tokens, (description) => {
      description.saes[0].maximum = new Float32Array(50);
      description.saes[0].maximum[3] = 100;
    });
    expect(rankedFeatures(document, 0, 1, ranking).features.map((it) => it.feature)).toEqual([3, 5]);
  });

  it("leaves dense latents out and says how many; 1 shows all", () => {
    const document = analysed(tokens, (description) => {
      description.saes[0].frequency = new Float32Array(50);
      description.saes[0].frequency[5] = 0.4;
    });
    expect(rankedFeatures(document, 0, 1, ranking)).toMatchObject({ features: [{ feature: 3 }], hidden: 1 });
    expect(rankedFeatures(document, 0, 1, { ...ranking, hideAboveFrequency: 1 }).features).toHaveLength(2);
  });
});

describe("surprisal", () => {
  it("is in bits, null for the first token", () => {
    const document = analysed(tokens);
    expect(surprisal(document, 0)).toBeNull();
    expect(surprisal(document, 2)!.bits).toBeCloseTo(3);
  });

  it("names the rank of the token and what was expected instead", () => {
    const found = surprisal(analysed(tokens), 2)!;
    expect(found.rank).toBe(3);
    expect(found.instead.map((guess) => guess.id)).not.toContain(102);
  });
});

describe("the inspect object", () => {
  it("holds raw activations, strongest first, at most K of each SAE", () => {
    const result = toInspect(analysed(tokens), { topK: 1 });
    expect(result.schema).toBe("steerscope.inspect/1");
    expect(result.tokens[1]).toEqual({
      i: 1,
      id: 101,
      text: "The",
      virtual: false,
      special: false,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
      role: null,
      logprob: -1,
      features: [{ sae: 0, feature: 5, activation: 8, share: null, label: null }],
      l0: [2],
      fvu: [0.5],
      outside: [false],
    });
    expect(result.tokens[0]).toMatchObject({ virtual: true, special: true, range: null, logprob: null });
    expect(result.next).toHaveLength(10);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it.each([
    ["an activation", (analysis: Analysis) => analysis.saes[0].values.fill(Number.NaN, 2, 3)],
    ["a log-probability", (analysis: Analysis) => analysis.logprobs.fill(Number.NEGATIVE_INFINITY, 2, 3)],
  ])("is an error rather than wrong where %s is not finite", (_, spoil) => {
    const document = analysed(tokens, (_description, analysis) => void spoil(analysis));
    const wrong = /gave (NaN|-Infinity) at tokens\.\d\.(features\.\d\.activation|logprob)/;
    expect(() => toInspect(document, { topK: 8 })).toThrowError(wrong);
    expect(() => toInspect(document, { topK: 8 })).toThrowError(
      expect.objectContaining({ name: "ProblemError" }),
    );
  });

  it("gives the share of a known maximum, and guesses where they are asked for", () => {
    const document = analysed(tokens, (description) => {
      description.saes[0].maximum = new Float32Array(50);
      description.saes[0].maximum[5] = 16;
    });
    const { tokens: found } = toInspect(document, { topK: 8, guesses: true });
    expect(found[1].features.map((it) => it.share)).toEqual([0.5, null]);
    expect(found[0].expected).toEqual([]);
    expect(found[2].expected).toEqual(found[1].next);
    expect(found[2].next).toHaveLength(10);
    expect(found[2].next![0]).toEqual({ id: 100, text: "<s>", logprob: -1 });
  });

  it("looks at no feature beyond those that are wanted", () => {
    const active = Array.from({ length: 40 }, (_, i): [number, number] => [i, 40 - i]);
    const document = analysed([{ text: "x", active }]);
    const lookUp = vi.spyOn(document.description.saes[0].labels, "get");
    expect(toInspect(document, { topK: 8 }).tokens[0].features).toHaveLength(8);
    expect(lookUp).toHaveBeenCalledTimes(8);
  });
});

describe("where a feature fires", () => {
  it("lists ranges and activations on one scale, without tokens that mean nothing", () => {
    const found = whereFires(analysed(tokens), "s", 3)!;
    expect(found).toMatchObject({ label: "three", scale: { value: 4, from: "this file" } });
    expect(found.tokens.map((it) => it.activation)).toEqual([4, 2]);
    expect(found.tokens[0].range.end).toEqual({ line: 0, character: 3 });
  });

  it("is null for an unknown SAE or latent", () => {
    expect(whereFires(analysed(tokens), "other", 3)).toBeNull();
    expect(whereFires(analysed(tokens), "s", 50)).toBeNull();
    expect(whereFires(analysed(tokens), "s", -1)).toBeNull();
  });
});
