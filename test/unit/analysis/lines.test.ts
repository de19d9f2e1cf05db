import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "../../../server/src/analysis/lines.ts";

describe("lines of a text", () => {
  it.each([
    ["LF", "ab\n\ncd", [0, 3, 4], [2, 3, 6]],
    ["CRLF", "ab\r\n\r\ncd", [0, 4, 6], [2, 4, 8]],
    ["CR", "ab\r\rcd", [0, 3, 4], [2, 3, 6]],
    ["a break at the end", "ab\r\n", [0, 4], [2, 4]],
    ["nothing", "", [0], [0]],
  ])("end at %s", (_, text, starts, ends) => {
    const lines = new Lines(text);
    expect(lines.count).toBe(starts.length);
    starts.forEach((start, line) => {
      expect(lines.position(start)).toEqual({ line, character: 0 });
      expect(lines.offset({ line, character: 0 })).toBe(start);
      expect(lines.lineEnd(line)).toBe(ends[line]);
      // A column past the end means the end, before the line break.
      expect(lines.offset({ line, character: 999 })).toBe(ends[line]);
    });
    expect(lines.offset({ line: 99, character: 0 })).toBe(text.length);
  });

  it("positions and offsets are each other's inverse, but inside a line break", () => {
    const part = fc.constantFrom("a", "😀", "\n", "\r\n", "\r", " ");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        const lines = new Lines(text);
        for (let offset = 0; offset <= text.length; offset++) {
          if (text[offset - 1] === "\r" && text[offset] === "\n") continue;
          expect(lines.offset(lines.position(offset))).toBe(offset);
        }
      }),
    );
  });
});
