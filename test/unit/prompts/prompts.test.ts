import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentRange, parsePrompt } from "../../../server/src/analysis/prompts/index.ts";

const shape = (text: string, name: string) =>
  parsePrompt(text, name).messages.map(({ role, text }) => [role, text]);
const codes = (text: string, name: string) => parsePrompt(text, name).problems.map(({ code }) => code);

describe("prompt files", () => {
  it.each([
    ["a.prompt", "Hi", [["user", "Hi"]]],
    [
      "a.prompt",
      '{{role "system"}}\nBe kind.\n{{role "model"}}\nYes\n',
      [
        ["system", "Be kind."],
        ["assistant", "Yes"],
      ],
    ],
    ["a.prompt", "---\ninput:\n  default:\n    name: Zoë\n---\nHi {{name}}!", [["user", "Hi Zoë!"]]],
    ["a.prompt", "---\r\nmodel: x\r\n---\r\nHi\r\nyou", [["user", "Hi\r\nyou"]]],
    ["a.prompt.md", "---\ndescription: d\n---\nHi", [["user", "Hi"]]],
    ["a.instructions.md", "Use tabs", [["system", "Use tabs"]]],
    [
      "a.prompty",
      "---\nsample:\n  q: why\n---\nsystem:\nBe kind.\nuser:\n{{q}}?",
      [
        ["system", "Be kind."],
        ["user", "why?"],
      ],
    ],
    [
      "a.prompt.yml",
      'messages:\n  - role: user\n    content: "Hi {{q}}"\ntestData:\n  - q: you',
      [["user", "Hi you"]],
    ],
    [
      "a.prompt.yml",
      "messages:\n  - role: system\n    content: |\n      One\n\n      Two\n",
      [["system", "One\n\nTwo\n"]],
    ],
    ["a.txt", "  as it is ", [[null, "  as it is "]]],
    ["a.prompt", "", []],
    ["a.prompt", "---\na: 1\n---\n", []],
  ])("%s %j", (name, text, messages) => {
    expect(shape(text, name)).toEqual(messages);
  });

  it.each([
    ["a.prompt", "---\na: [\n---\nHi", "yaml-invalid"],
    ["a.prompt", "---\na: 1\nHi", "front-matter-unclosed"],
    ["a.prompt", '{{role "wizard"}}Hi', "role-unknown"],
    ["a.prompt", "Hi {{name}}", "variable-without-value"],
    ["a.prompt", "{{#if x}}Hi{{/if}}", "template-not-evaluated"],
    ["a.prompt.yml", "name: x", "messages-missing"],
    ["a.prompt", "\0\0\0\0\0\0\0\0\0\0\u0001\u0002", "binary-file"],
  ])("%s %j has the problem %s", (name, text, code) => {
    expect(codes(text, name)).toContain(code);
  });

  it("places a filled variable on its braces, and what follows behind them", () => {
    const text = "---\ninput:\n  default:\n    name: Zoë\n---\nHi {{name}}!";
    const [message] = parsePrompt(text, "a.prompt").messages;
    const at = (start: number, end: number) => {
      const range = documentRange(message, start, end);
      return text.slice(range.start, range.end);
    };
    expect([at(0, 2), at(4, 5), at(6, 7)]).toEqual(["Hi", "{{name}}", "!"]);
  });

  it("locates the model named in the front matter", () => {
    const text = "---\nsteerscope:\n  model: tinytown\n  saes: [a, b]\n---\nHi";
    const { model, saes } = parsePrompt(text, "a.prompt").steerscope;
    expect(text.slice(model?.start, model?.end)).toBe("tinytown");
    expect(saes?.map(({ value }) => value)).toEqual(["a", "b"]);
  });

  it("maps every verbatim piece to the same text, in order, for any text", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        '{{role "user"}}',
        "{{x}}",
        "---\n",
        "\r\n",
        "user:\n",
        "|\n",
        "messages:\n  - content: |\n      ",
      ),
    );
    const names = fc.constantFrom("a.prompt", "a.prompty", "a.prompt.md", "a.prompt.yml", "a.txt");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), names, (parts, name) => {
        const text = parts.join("");
        for (const message of parsePrompt(text, name).messages) {
          let at = 0;
          for (const piece of message.pieces) {
            expect(piece.start).toBe(at);
            at = piece.end;
            expect(piece.docEnd).toBeLessThanOrEqual(text.length);
            if (piece.verbatim)
              expect(text.slice(piece.docStart, piece.docEnd)).toBe(
                message.text.slice(piece.start, piece.end),
              );
          }
          expect(at).toBe(message.text.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
