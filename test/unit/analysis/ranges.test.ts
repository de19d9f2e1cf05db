import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { combine } from "../../../server/src/analysis/document.ts";
import { prepare } from "../../../server/src/analysis/prepare.ts";
import { TextModel } from "../../../server/src/engine/text/text-model.ts";
import type { Analysis, Description } from "../../../server/src/protocol/engine.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";

const model = TextModel.load(join(import.meta.dirname, "../../../assets/tinytown/model"));

/** Messages as people write them and as nobody does: any character, line ends of both kinds, no braces or backslashes. */
const piece = fc.constantFrom(
  "👩‍👩‍👧",
  "e\u0301",
  "\r\n",
  "\n\n",
  "שלום",
  "\0",
  "🦆",
  "  ",
  "½",
  "word ",
  "a",
);
const message = fc
  .array(fc.oneof(piece, fc.string({ unit: "binary" }), fc.string()), { minLength: 1, maxLength: 8 })
  .map(
    (parts) =>
      `x${parts
        .join("")
        .toWellFormed()
        .replace(/[{}\\<]/g, "_")}`,
  );

/** Where the tokens of a document stand, from its text to the ranges an editor is given. */
function placed(fileName: string, text: string) {
  const prepared = prepare({
    key: "k",
    fileName,
    text,
    file: null,
    folder: null,
    settings: defaultSettings,
    trusted: true,
  });
  const prompt = model.encodePrompt(prepared.prompt.messages);
  const analysis = { ...prompt, saes: [] } as unknown as Analysis;
  return combine(prepared, { saes: [] } as unknown as Description, analysis, []);
}

it.each([
  ["a.prompt", (system: string, user: string) => `{{role "system"}}\n${system}\n{{role "user"}}\n${user}\n`],
  [
    "a.prompt",
    (system: string, user: string) => `---\r\ninput: {}\r\n---\r\n{{role "user"}}${user}${system}`,
  ],
  ["a.txt", (system: string, user: string) => system + user],
])("every token of %s stands where the document has its text, for any text", (name, write) => {
  fc.assert(
    fc.property(message, message, (system, user) => {
      const text = write(system, user);
      const { analysis, starts, ends, visible, prompt } = placed(name, text);
      const read = new Set<number>();
      for (const t of visible) {
        expect(starts[t]).toBeGreaterThanOrEqual(0);
        expect(ends[t]).toBeLessThanOrEqual(text.length);
        const isWhole = /[\uD800-\uDBFF]$/.test(text.slice(0, starts[t])) === false;
        expect(isWhole, "a surrogate pair is never split").toBe(true);
        for (let at = starts[t]; at < ends[t]; at++) read.add(at);
        if (analysis.spans.shared[t]) continue;
        // White space around a message may stand for the template's own; what is there must still be what the token reads.
        const [found, wanted] = [text.slice(starts[t], ends[t]), model.text(analysis.ids[t])];
        expect(wanted.includes(found) && (wanted === found || wanted.trim() === found.trim())).toBe(true);
      }
      const missed = prompt.messages
        .map((it) => it.text.trim())
        .join("")
        .replace(/\s/g, "").length;
      const seen = [...read].filter((at) => /\S/.test(text[at])).length;
      expect(seen, "every character of a message belongs to a token").toBeGreaterThanOrEqual(missed);
    }),
    { numRuns: 150 },
  );
});
