import { describe, expect, it } from "vitest";
import { lastToken, meantTokens } from "../../../server/src/engine/probes/meant-tokens.ts";
import { sentencesOf } from "../../../server/src/engine/probes/sentences.ts";
import { stretchesFor } from "../../../server/src/engine/probes/stretches.ts";
import type { EncodedPrompt } from "../../../server/src/engine/text/text-model.ts";
import type { RunnableProbe } from "../../../server/src/protocol/probe-file.ts";

/** A prompt whose tokens are words with the space before them; `null` is a token of the template. */
function encoded(tokens: ([message: number, start: number, end: number] | null)[]): EncodedPrompt {
  const of = (i: number) => Int32Array.from(tokens, (it) => it?.[i] ?? 0);
  const spans = {
    message: Int32Array.from(tokens, (it) => it?.[0] ?? -1),
    ...{
      start: of(1),
      end: of(2),
      shared: new Uint8Array(tokens.length),
      special: new Uint8Array(tokens.length),
    },
  };
  return {
    ids: new Int32Array(tokens.length),
    spans,
    roleOf: new Int32Array(tokens.length),
    roles: [],
    warnings: [],
  };
}

const reads = (of: Partial<RunnableProbe["reads"]>) => ({
  reads: { level: "text", readAs: "text", position: "last", ...of } as RunnableProbe["reads"],
});

describe("sentences", () => {
  it.each([
    ["One. Two!", ["One.", "Two!"]],
    ["a line\nanother\n\n", ["a line", "another"]],
    ["  spaced out  ", ["spaced out"]],
    ["", []],
    [" \n ", []],
    ["Wirklich? Ja.", ["Wirklich?", "Ja."]],
  ])("of %j", (text, expected) => {
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
  });
});

it("sentences of a text that is like one before are those of the text by itself", () => {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const parts = [
    "Dr. ",
    "Mr.",
    " a",
    "B",
    "4.5 ",
    "etc. ",
    "? ",
    "!)",
    " \n",
    "\r",
    "\n",
    "…",
    "。",
    "ß. ",
    "1.",
    " – ",
    "  ",
  ];
  let h = 7;
  const draw = (n: number) => {
    h = (Math.imul(h, 1103515245) + 12345) >>> 0;
    return (h >>> 8) % n;
  };
  let text = "";
  for (let round = 0; round < 3000; round++) {
    const at = draw(3) > 0 ? text.length : draw(text.length + 1);
    const gone = draw(4) === 0 ? draw(6) : 0;
    text = `${text.slice(0, at)}${parts[draw(parts.length)]}${text.slice(at + gone)}`;
    if (text.length > 150) text = text.slice(draw(150));
    const expected = [...segmenter.segment(text)]
      .map(({ segment }) => segment.trim())
      .filter((it) => it !== "");
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
  }
});

describe("what a probe reads of a document", () => {
  const messages = [
    { role: null, text: "One a. Two b." },
    { role: null, text: "Three." },
  ];
  const prompt = encoded([[0, 0, 3], [0, 3, 6], [0, 6, 10], [0, 10, 13], null, [1, 0, 5], [1, 5, 6]]);

  it("is each sentence of each message with its own tokens", () => {
    const found = stretchesFor(reads({}), messages, prompt, 7);
    expect(found.map(({ message, start, end, tokens, last }) => [message, start, end, tokens, last])).toEqual(
      [
        [0, 0, 6, [0, 1], 1],
        [0, 7, 13, [2, 3], 3],
        [1, 0, 6, [5, 6], 6],
      ],
    );
  });

  it("is not what lies beyond the tokens that were analysed", () => {
    expect(stretchesFor(reads({}), messages, prompt, 3).map(({ tokens }) => tokens)).toEqual([[0, 1], [2]]);
  });

  it("is nothing of a probe for tokens, and the whole prompt of one that read users' messages", () => {
    expect(stretchesFor(reads({ level: "token" }), messages, prompt, 7)).toEqual([]);
    const user = stretchesFor(
      reads({ readAs: "user" }),
      [{ role: "user", text: "Hi" }],
      encoded([null, [0, 0, 2], null, null]),
      4,
    );
    expect(user).toEqual([{ message: 0, start: 0, end: 2, tokens: [1], last: 3 }]);
    const cut = encoded([null, [0, 0, 2], [0, 2, 4], null, null]);
    expect(stretchesFor(reads({ readAs: "user" }), [{ role: "user", text: "Hi no" }], cut, 3)).toEqual([]);
  });

  it.each<Partial<RunnableProbe["reads"]>>([
    { level: "span" },
    { position: "mean" },
  ])("is the sentence alone, however few there are, of one that read stretches of users' messages: %j", (of) => {
    const template = encoded([null, [0, 0, 2], null, null]);
    const one = stretchesFor(reads({ readAs: "user", ...of }), [{ role: "user", text: "Hi" }], template, 4);
    expect(one).toEqual([{ message: 0, start: 0, end: 2, tokens: [1], last: 1 }]);
  });
});

describe("tokens that are meant in training", () => {
  const { spans } = encoded([null, [0, 0, 3], [0, 3, 7], [0, 7, 9], null]);

  it("share a character with the span; without one they are the text's own", () => {
    expect(meantTokens(spans, { message: 0, start: 4, end: 7 })).toEqual([2]);
    expect(meantTokens(spans, { message: 0, start: 2, end: 4 })).toEqual([1, 2]);
    // Touching is not sharing.
    expect(meantTokens(spans, { message: 0, start: 3, end: 7 })).toEqual([2]);
    expect(meantTokens(spans, { message: 1, start: 0, end: 9 })).toEqual([]);
    expect(meantTokens(spans, null)).toEqual([1, 2, 3]);
  });

  it("end with the span's last, or with the template's", () => {
    expect(lastToken([1, 2], { message: 0, start: 0, end: 7 }, 5)).toBe(2);
    expect(lastToken([1, 2, 3], null, 5)).toBe(4);
  });
});
