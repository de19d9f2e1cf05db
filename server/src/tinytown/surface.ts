import type { Span } from "./types.ts";

const forms: readonly (readonly [attribute: string, value: string, pattern: RegExp])[] = [
  ["capitals", "capital word", /(?<![\p{L}])\p{Lu}{2,}(?![\p{L}])/gu],
  ["quote", "quoted speech", /"[^"]*"/g],
  ["question", "question", /(?<=^|[.!?:]\s|"|\n)[^.!?"\n<>|]+\?/g],
];

/** Spans that can be read off the characters: capital words, quoted speech, questions. */
export function surfaceSpans(text: string): Span[] {
  return forms.flatMap(([attribute, value, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      attribute,
      value,
    })),
  );
}
