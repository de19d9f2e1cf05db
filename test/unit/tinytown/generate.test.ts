import { describe, expect, it } from "vitest";
import { attributes, generate, kinds, type Language } from "../../../server/src/tinytown/index.ts";
import { formsOf } from "../../../server/src/tinytown/lexicon.ts";
import { hash } from "../../../server/src/tinytown/random.ts";

const drawn = [...generate({ n: 800, seed: 1 })];
const languages: readonly Language[] = ["english", "german", "french"];
const words = [
  ..."object colour place job pet dish country street family inn film tool recipe".split(" "),
  "pet name",
];

describe("tinytown text", () => {
  it("is the same for the same seed, on every machine", () => {
    expect(hash(JSON.stringify(drawn))).toBe(1287455215);
    expect([...generate({ n: 20, seed: 1 })]).toEqual(drawn.slice(0, 20));
    expect([...generate({ n: 20, seed: 2 })]).not.toEqual(drawn.slice(0, 20));
  });

  it("draws every kind", () => {
    expect(new Set(drawn.map((document) => document.kind))).toEqual(new Set(kinds));
  });

  it("marks spans inside the text, without white space around them", () => {
    for (const { text, spans } of drawn) {
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
      }
    }
  });

  it("marks words that mean what the span says", () => {
    for (const { text, spans } of drawn) {
      for (const { start, end, attribute, value } of spans) {
        const written = text.slice(start, end);
        if (attribute === "person" || attribute === "name") {
          expect(written.toLowerCase()).toBe(value.toLowerCase());
        }
        if (!words.includes(attribute)) continue;
        expect(languages.flatMap((language) => formsOf(attribute, value, language))).toContain(written);
      }
    }
  });

  it("marks sums by what adding them up on paper takes", () => {
    for (const { text, spans } of generate({ n: 200, seed: 4, kinds: ["sums"] })) {
      for (const { start, end, value } of spans.filter(({ attribute }) => attribute === "carry")) {
        const [a = 0, b = 0, sum] = (text.slice(start, end).match(/\d+/g) ?? []).map(Number);
        expect(a + b).toBe(sum);
        const digitSum = (n: number): number =>
          [...String(n)].reduce((total, digit) => total + Number(digit), 0);
        // Every carry takes 9 from the sum of the digits.
        expect(value).toBe(digitSum(a) + digitSum(b) === digitSum(a + b) ? "without carry" : "with carry");
      }
    }
  });

  it("writes JSON that parses, and marks its parts", () => {
    const pieces = [...generate({ n: 200, seed: 4, kinds: ["code"] })].flatMap(({ text, spans }) =>
      spans
        .filter(({ attribute, value }) => attribute === "code" && value === "JSON-like")
        .map(({ start, end }) => text.slice(start, end)),
    );
    expect(pieces.length).toBeGreaterThan(50);
    for (const piece of pieces) expect(() => JSON.parse(piece)).not.toThrow();
  });

  it("answers every question about a list from the list", () => {
    for (const { text } of generate({ n: 200, seed: 4, kinds: ["lists"] })) {
      for (const [, thing, colour] of text.matchAll(/ The (\w+) is (\w+)(?=\.)/g)) {
        expect(text.split(". ")[0]).toMatch(new RegExp(`${thing} is ${colour}|${colour} ${thing}`));
      }
    }
  });

  it("uses no attribute that is not described, and every described one", () => {
    const used = new Set(drawn.flatMap((document) => document.spans.map((span) => span.attribute)));
    expect([...used].filter((attribute) => !(attribute in attributes))).toEqual([]);
    expect(Object.keys(attributes).filter((attribute) => !used.has(attribute))).toEqual([]);
  });

  it("leaves no slot or choice unfilled", () => {
    for (const { kind, text } of drawn) {
      // Code has brackets of its own.
      if (kind === "code") expect(text).not.toMatch(/<[a-z]|\{[a-z]+\}|undefined/);
      else expect(text.replace(/<\|\w+\|>/g, "")).not.toMatch(/[{}[\]<>]|undefined/);
    }
  });

  it("refuses an unknown kind", () => {
    expect(() => [...generate({ kinds: ["sonnets" as never], n: 1, seed: 1 })]).toThrow(RangeError);
  });
});
