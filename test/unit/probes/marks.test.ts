import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unmarked } from "../../../server/src/probes/data/marks.ts";
import { tokenLabels } from "../../../server/src/probes/data/token-labels.ts";

describe("marks", () => {
  it.each([
    ["The [[cat]]{animal} sat.", "The cat sat.", [["cat", "animal", null]]],
    [
      "[[a]]{x}[[b]]{ k = y }",
      "ab",
      [
        ["a", "x", null],
        ["b", "y", "k"],
      ],
    ],
    ["[[two\nlines]]{x}", "two\nlines", [["two\nlines", "x", null]]],
    ["[[a]]{k=b=c}", "a", [["a", "b=c", "k"]]],
    ["\\[[a]]{x} [[b]]{y}", "[[a]]{x} b", [["b", "y", null]]],
    ["[[ -f x ]] && [[a] {b} [[]]{c} [[d]]{}", "[[ -f x ]] && [[a] {b} [[]]{c} [[d]]{}", []],
    ["[[outer [[inner]]{x}]]{y}", "[[outer inner]]{y}", [["inner", "x", null]]],
    ["[[é 👩‍🚀]]{x}!", "é 👩‍🚀!", [["é 👩‍🚀", "x", null]]],
  ])("are taken out of %j", (marked, text, expected) => {
    const found = unmarked(marked);
    expect(found.text).toBe(text);
    expect(
      found.spans.map(({ start, end, label, attribute }) => [text.slice(start, end), label, attribute]),
    ).toEqual(expected);
  });

  it("map every character to where it stands", () => {
    const part = fc.oneof(fc.constantFrom("[[", "]]", "]]{x}", "{", "}", "\\", "\n"), fc.string());
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const marked = parts.join("");
        const { text, origins } = unmarked(marked);
        expect(origins).toHaveLength(text.length + 1);
        expect([...text.split("").keys()].map((i) => marked[origins[i]]).join("")).toBe(text);
      }),
    );
  });
});

describe("a token's class", () => {
  const spans = [
    { start: 4, end: 7, label: "animal" },
    { start: 6, end: 12, label: "deed" },
  ];
  it("is that of the stretch that covers most of it", () => {
    expect(tokenLabels(spans, [0, 3, 6, 7, 12], [3, 7, 8, 12, 13])).toEqual([
      "none",
      "animal",
      "deed",
      "deed",
      "none",
    ]);
    expect(tokenLabels(spans, [6], [7])).toEqual(["animal"]);
  });
});
