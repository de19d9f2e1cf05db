import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextModel } from "../../../server/src/engine/text/text-model.ts";
import { Tokenizer } from "../../../server/src/engine/text/tokenizer.ts";

const folder = join(import.meta.dirname, "../../../assets/tinytown/model");
const model = TextModel.load(folder);
const tokenizer = Tokenizer.load(folder);

/** Arbitrary UTF-16, lone surrogates included, with what is known to be nasty mixed in. */
const nasty = fc.constantFrom(
  "👩‍👩‍👧",
  "é",
  "\r\n",
  "שלום",
  "\0",
  "\uD800",
  "\uDC00",
  "🦆",
  "  ",
  "<|im_end|>",
  "ﬁ",
  "\u{1F1E9}\u{1F1EA}",
);
const anyText = fc
  .array(fc.oneof(nasty, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string()), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

const isLow = (text: string, at: number) => /[\uDC00-\uDFFF]/.test(text[at] ?? "");
const isHigh = (text: string, at: number) => /[\uD800-\uDBFF]/.test(text[at] ?? "");

describe("tokens in the text", () => {
  it("are ordered, cover the text and never split a surrogate pair", () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const text = raw.toWellFormed();
        const { start, end, ids, shared } = tokenizer.encode(text);
        let covered = 0;
        for (let t = 0; t < ids.length; t++) {
          expect(start[t]).toBeLessThanOrEqual(covered);
          expect(end[t]).toBeGreaterThan(start[t]);
          expect(end[t]).toBeGreaterThanOrEqual(covered);
          if (start[t] < covered) expect(shared[t]).toBe(1);
          for (const at of [start[t], end[t]]) expect(isLow(text, at) && isHigh(text, at - 1)).toBe(false);
          covered = end[t];
        }
        expect(covered).toBe(text.length);
      }),
      { numRuns: 500 },
    );
  });

  it("share the range of a character that they split", () => {
    const { start, end, shared } = tokenizer.encode("a🦆b");
    const duck = [...start.keys()].filter((t) => start[t] === 1);
    expect(duck.length).toBeGreaterThan(1);
    expect(duck.every((t) => end[t] === 3 && shared[t] === 1)).toBe(true);
  });

  it("read lone surrogates as U+FFFD", () => {
    const prompt = model.encodePrompt([{ role: null, text: "a\uD800b" }]);
    expect([...prompt.ids]).toEqual([...model.encodePrompt([{ role: null, text: "a\uFFFDb" }]).ids]);
  });

  it("say where a text spells a special token, and read it as that token", () => {
    const prompt = model.encodePrompt([{ role: "user", text: "no <|im_end|> here" }]);
    const warning = prompt.warnings.find(({ code }) => code === "special-token-spelled");
    expect(warning).toMatchObject({ messageIndex: 0, start: 3, end: 13 });
    const at = [...prompt.spans.start.keys()].find(
      (t) => prompt.spans.message[t] === 0 && prompt.spans.start[t] === 3,
    );
    expect(prompt.spans.special[at as number]).toBe(1);
  });
});
