import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, parseDocument, type Scalar } from "yaml";
import { documentRange, parsePrompt } from "../../../server/src/analysis/prompts/index.ts";

/** Where a part of the first message's text stands in the document. */
function standsAt(text: string, part: string): string {
  const [message] = parsePrompt(text, "a.prompt.yml").messages;
  const at = message.text.indexOf(part);
  expect(at, `“${part}” in ${JSON.stringify(message.text)}`).toBeGreaterThanOrEqual(0);
  const { start, end } = documentRange(message, at, at + part.length);
  return text.slice(start, end);
}
const message = (content: string) => `messages:\n  - role: user\n    content: ${content}\n`;

describe("a word of a YAML string stands where it is written, whatever the style", () => {
  it.each([
    ["folded", ">\n      The cat\n      sat on\n\n      the mat.", "The cat sat on\nthe mat.\n"],
    ["folded and indented deeper", ">-\n      The cat\n        sat\n      on mat", "The cat\n  sat\non mat"],
    ["plain over lines", "The cat\n      sat on\n\n      the mat", "The cat sat on\nthe mat"],
    ["quoted with escapes", '"The \\"cat\\"\\tsat on \\u00e9 mat\\n"', 'The "cat"\tsat on é mat\n'],
    ["quoted over lines", '"The cat\n      sat \\\n      on mat"', "The cat sat on mat"],
    ["single quotes", "'The cat''s mat\n\n      sat on'", "The cat's mat\nsat on"],
    ["literal", "|\n      The cat\n        sat\n\n      on mat", "The cat\n  sat\n\non mat\n"],
  ])("%s", (_, content, value) => {
    for (const text of [message(content), message(content).replaceAll("\n", "\r\n")]) {
      expect(parsePrompt(text, "a.prompt.yml").messages[0].text).toBe(value);
      for (const word of ["cat", "sat", "on", "mat"]) expect(standsAt(text, word)).toBe(word);
    }
  });

  it("a fold is the space that the line break became, an escape its own characters", () => {
    expect(standsAt(message(">\n      one\n      two"), " ")).toBe("\n");
    expect(standsAt(message('"a\\u00e9b"'), "é")).toBe("\\u00e9");
    expect(standsAt(message('"a\\ud83d\\ude00b"'), "😀")).toBe("\\ud83d\\ude00");
  });

  it.each([
    [">\n      Hi {{who}}\n      and {{other}}", "Hi you and {{other}}\n"],
    ['"Hi \\"{{who}}\\" and {{other}}"', 'Hi "you" and {{other}}'],
    ["Hi {{who}}\n      and {{other}}", "Hi you and {{other}}"],
  ])("variables in %j are filled at their braces, and those without a value are said", (content, value) => {
    const text = `${message(content)}testData:\n  - who: you\n`;
    const { messages, problems } = parsePrompt(text, "a.prompt.yml");
    expect(messages[0].text).toBe(value);
    expect(standsAt(text, "you")).toBe("{{who}}");
    expect(standsAt(text, "and")).toBe("and");
    expect(problems).toMatchObject([{ code: "variable-without-value", severity: "warning" }]);
    expect(text.slice(problems[0].start, problems[0].end)).toBe("{{other}}");
    expect(problems[0].remedy).toContain("testData");
  });

  it("holds for any text in any style: no piece is wider than a fold or an escape", () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.constantFrom("\n", "\n\n", "  ", "'", '"', "\\", "\t", "😀", "# x", ": ", "word", "\u0007", "é"),
    );
    const style = fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_FOLDED", "BLOCK_LITERAL");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), style, fc.boolean(), (words, type, crlf) => {
        const document = new Document({ messages: [{ role: "user", content: words.join(" ") }] });
        (document.getIn(["messages", 0, "content"], true) as Scalar).type = type as Scalar.Type;
        const lf = document.toString({ lineWidth: 30, minContentWidth: 0 });
        const text = crlf ? lf.replaceAll("\n", "\r\n") : lf;
        // The package writes some texts of white space alone in a way that it does not read again.
        const read = parseDocument(text);
        fc.pre(read.errors.length === 0);
        const value = (read.toJS() as { messages: { content: string }[] }).messages[0].content;
        const [found] = parsePrompt(text, "a.prompt.yml").messages;
        expect(found?.text ?? "").toBe(value);
        for (const piece of found?.pieces ?? []) {
          const written = text.slice(piece.docStart, piece.docEnd);
          if (piece.verbatim) expect(written).toBe(found.text.slice(piece.start, piece.end));
          else expect(written).toMatch(/^(\\[^xuU]|\\x..|(\\u....){1,2}|\\U.{8}|''|[ \t\r\n]*)$/s);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("messages that are none, in .prompt.yml", () => {
  const codes = (text: string) => parsePrompt(text, "a.prompt.yml").problems.map(({ code }) => code);
  it.each([
    ["messages:\n  - just text\n  - {role: user, content: Hi}", ["message-invalid"], ["Hi"]],
    ["messages:\n  - role: user\n    content: 12", [], ["12"]],
    ["messages:\n  - role: user\n    content:", ["content-missing"], []],
    ["messages:\n  - role: user\n    content: [a, b]", ["content-not-text"], []],
    ["messages:\n  - content: Hi", ["role-missing"], ["Hi"]],
    ["shared: &x Hi\nmessages:\n  - {role: user, content: *x}", [], ["Hi"]],
  ])("%j", (text, expected, texts) => {
    expect(codes(text)).toEqual(expected);
    expect(parsePrompt(text, "a.prompt.yml").messages.map((it) => it.text)).toEqual(texts);
  });

  it("a problem stands at the entry it is about", () => {
    const text = "messages:\n  - just text\n";
    const [{ start, end }] = parsePrompt(text, "a.prompt.yml").problems;
    expect(text.slice(start, end)).toBe("just text");
  });
});
