import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parsePrompt } from "../../../server/src/analysis/prompts/index.ts";

const problem = (bytes: Buffer) => parsePrompt(bytes.toString("utf8"), "a.txt").problems[0]?.code;

describe("what is no UTF-8 text", () => {
  it("random bytes are a binary file, whatever they are", () => {
    for (let i = 0; i < 20; i++) expect(problem(randomBytes(300_000))).toBe("binary-file");
  });

  it.each([
    ["with a byte order mark", Buffer.from("\ufeffHi", "utf16le"), "file-utf-16"],
    ["without one", Buffer.from("The cat sat on the mat.", "utf16le"), "file-utf-16"],
    ["big endian", Buffer.from("\ufeffThe cat sat on the mat.", "utf16le").swap16(), "file-utf-16"],
  ])("UTF-16 %s is called so", (_, bytes, code) => {
    expect(problem(bytes)).toBe(code);
  });

  it.each([
    ["a text with a few characters lost", "caf\ufffd ".repeat(3) + "and much more that is well ".repeat(20)],
    ["NULs in a text", "a\0b"],
    ["terminal colours", "\u001b[1mbold\u001b[0m ".repeat(20)],
    ["any script", "Привет, 世界, مرحبا 😀 ".repeat(50)],
  ])("%s is text", (_, text) => {
    expect(parsePrompt(text, "a.txt").problems).toEqual([]);
  });
});
