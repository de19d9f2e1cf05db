import { describe, expect, it } from "vitest";
import { attributes, generate, kinds, type Language } from "../../../server/src/tinytown/index.ts";
import { formsOf } from "../../../server/src/tinytown/lexicon.ts";
import { hash } from "../../../server/src/tinytown/random.ts";

const drawn = [...generate({ n: 800, seed: 1 })];
const languages: readonly Language[] = ["english", "german", "french"];
const words = ["object", "colour", "place", "job", "pet", "pet name", "dish", "country", "street", "family"];

describe("tinytown text", () => {
  it("is the same for the same seed, on every machine", () => {
    expect(hash(JSON.stringify(drawn))).toBe(4263998381);
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

  it("uses no attribute that is not described, and every described one", () => {
    const used = new Set(drawn.flatMap((document) => document.spans.map((span) => span.attribute)));
    expect([...used].filter((attribute) => !(attribute in attributes))).toEqual([]);
    expect(Object.keys(attributes).filter((attribute) => !used.has(attribute))).toEqual([]);
  });

  it("leaves no slot or choice unfilled", () => {
    for (const { text } of drawn) expect(text.replace(/<\|\w+\|>/g, "")).not.toMatch(/[{}[\]<>]|undefined/);
  });

  it("refuses an unknown kind", () => {
    expect(() => [...generate({ kinds: ["sonnets" as never], n: 1, seed: 1 })]).toThrow(RangeError);
  });
});
