import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Target } from "../../../server/src/learn/data.ts";
import { fitText, type TextBaselineId } from "../../../server/src/learn/text/baselines.ts";
import { termsOf, wordsOf } from "../../../server/src/learn/text/terms.ts";
import { vocabularyOf } from "../../../server/src/learn/text/vocabulary.ts";

const facts = JSON.parse(readFileSync(new URL("facts/text.json", import.meta.url), "utf8")) as {
  texts: string[];
  labels: number[];
  values: number[];
  trained: number;
  words: string[][];
  characters: string[][];
  capped: string[];
  fits: {
    baseline: TextBaselineId;
    weighting: "counts" | "tfidf";
    target: "two" | "three" | "number";
    c: number;
    terms: number;
    predictions: number[];
  }[];
};
const train = facts.texts.slice(0, facts.trained);

describe("terms are scikit-learn's", () => {
  it("of words in several scripts", () => {
    expect(facts.words.map((_, i) => wordsOf(facts.texts[i]))).toEqual(facts.words);
  });
  it("of characters in a row", () => {
    const options = { of: "characters", shortest: 2, longest: 3 } as const;
    expect(facts.characters.map((_, i) => termsOf(facts.texts[i], options))).toEqual(facts.characters);
  });
  it("capped to those that occur most", () => {
    const options = { of: "words", shortest: 1, longest: 1, most: 12, weighting: "counts" } as const;
    expect([...vocabularyOf(train, options).terms].sort()).toEqual([...facts.capped].sort());
  });
});

it.each(facts.fits)("$baseline by $weighting, $target, C = $c, tells what scikit-learn tells", (fact) => {
  const target = targetOf(fact.target);
  const fit = fitText(fact.baseline, train, target, {
    seed: 0,
    tolerance: 1e-8,
    c: fact.c,
    weighting: fact.weighting,
  });
  expect(fit.facts()).toContainEqual(["terms", fact.terms.toLocaleString("en")]);
  const found = fit.predict(facts.texts.slice(facts.trained));
  const furthest = Math.max(...fact.predictions.map((it, i) => Math.abs(it - found[i])));
  expect(found).toHaveLength(fact.predictions.length);
  expect(furthest).toBeLessThan(1e-4);
});

function targetOf(target: "two" | "three" | "number"): Target {
  if (target === "number")
    return { type: "number", values: Float64Array.from(facts.values.slice(0, facts.trained)) };
  const labels = Int32Array.from(facts.labels.slice(0, facts.trained));
  return target === "two"
    ? { type: "classes", names: ["animals", "others"], labels: labels.map((it) => (it > 0 ? 1 : 0)) }
    : { type: "classes", names: ["animals", "colours", "places"], labels };
}
