import { describe, expect, it } from "vitest";
import { bar, escaped, figure, inBits, percent, sentence, shown } from "../../../server/src/lsp/markdown.ts";

describe("text in Markdown", () => {
  it.each([
    [" the", '`" the"`'],
    ["\r\n", '`"⏎"`'],
    ["a\tb", '`"a⇥b"`'],
    ["``", '```"``"```'],
    ["\u0000", '`"\\u{0}"`'],
    ["\u202e", '`"\\u{202e}"`'],
    ["👩‍👩‍👧", '`"👩\\u{200d}👩\\u{200d}👧"`'],
  ])("shows every character of %j", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it("leaves ids as they are and takes the meaning from marks", () => {
    expect(escaped("blocks.3.hook_resid_post")).toBe("blocks.3.hook_resid_post");
    expect(escaped("a *b* [c](d)\n<e> _f_")).toBe("a \\*b\\* \\[c\\](d) \\<e\\> \\_f\\_");
  });

  it.each([
    [0, "`▱▱▱▱▱▱▱▱`"],
    [0.01, "`▰▱▱▱▱▱▱▱`"],
    [0.5, "`▰▰▰▰▱▱▱▱`"],
    [3, "`▰▰▰▰▰▰▰▰`"],
  ])("draws %d as %s", (share, expected) => {
    expect(bar(share)).toBe(expected);
  });

  it("rounds figures to what can be read", () => {
    expect([0, 0.18, 5.314, 41.25, 377.2, 0.0001, 2e7].map(figure)).toEqual([
      "0.00",
      "0.18",
      "5.31",
      "41.3",
      "377",
      "1.00e-4",
      "2.00e+7",
    ]);
    expect([0, 0.0001, 0.05, 0.664].map(percent)).toEqual(["0.0 %", "< 0.1 %", "5.0 %", "66 %"]);
  });

  it("gives surprisal no exponent", () => {
    expect([0, 5.53e-4, 0.0099, 0.01, 1.44, 23.5].map(inBits)).toEqual([
      "0.00",
      "< 0.01",
      "< 0.01",
      "0.01",
      "1.44",
      "23.5",
    ]);
  });

  it.each([
    ["It is broken", "It is broken."],
    ["It is broken.", "It is broken."],
    ["Is it?", "Is it?"],
    ["It says “no.”", "It says “no.”"],
    ["No model at “/x”", "No model at “/x”."],
  ])("lets a sentence follow %j", (text, expected) => {
    expect(sentence(text)).toBe(expected);
  });
});
