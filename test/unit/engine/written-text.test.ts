import { describe, expect, it } from "vitest";
import { WrittenText } from "../../../server/src/engine/generate/written-text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What is told after each piece, and then at the end. */
function told(pieces: (string | Uint8Array)[], stop: string[] = []) {
  const written = new WrittenText(stop);
  const news: string[] = [];
  for (const piece of pieces) {
    written.add(typeof piece === "string" ? bytes(piece) : piece);
    news.push(written.news(false));
    if (written.stopped) break;
  }
  written.end();
  news.push(written.news(true));
  return { news, text: written.text, stopped: written.stopped };
}

describe("a text that is written token by token", () => {
  it("tells each character when its last byte has come", () => {
    const [a, b, c, d] = bytes("🌍");
    const result = told(["a", Uint8Array.of(a), Uint8Array.of(b, c), Uint8Array.of(d), "é"]);
    expect(result).toEqual({ news: ["a", "", "", "🌍", "é", ""], text: "a🌍é", stopped: false });
  });

  it("ends bytes that are no character as U+FFFD", () => {
    expect(told(["a", bytes("é").slice(0, 1)]).text).toBe("a\ufffd");
    expect(told([bytes("é").slice(0, 1), "b"]).text).toBe("\ufffdb");
  });

  it("ends before a stop text that begins in one token and ends in another, and holds back what may be one", () => {
    const result = told(["one", " E", "N", "D more"], ["END"]);
    expect(result).toEqual({ news: ["one", " ", "", "", ""], text: "one ", stopped: true });
  });

  it("tells what was held back when it turns out to be no stop text", () => {
    expect(told(["EN", "Ergy"], ["END"]).news).toEqual(["", "ENErgy", ""]);
    expect(told(["EE", "END"], ["END"])).toMatchObject({ text: "EE", news: ["E", "E", ""] });
    expect(told(["a EN"], ["END"]).news).toEqual(["a ", "EN"]);
  });

  it("ends at the first of several stop texts, also where they overlap", () => {
    expect(told(["x abc"], ["bc", "abc"]).text).toBe("x ");
    expect(told(["x ab", "c"], ["abcd", "bc"])).toMatchObject({ text: "x a", stopped: true });
    expect(told(["aab"], ["ab", "aab"]).text).toBe("");
  });

  it("finds a stop text of several characters over several tokens, of more than one byte each", () => {
    const [a, b] = bytes("é");
    expect(told(["caf", Uint8Array.of(a), Uint8Array.of(b), " noir"], ["é "])).toMatchObject({
      text: "caf",
      stopped: true,
    });
  });

  it("has no stop text where none is given or one is empty", () => {
    expect(told(["a", "b"], [""])).toEqual({ news: ["a", "b", ""], text: "ab", stopped: false });
  });
});
