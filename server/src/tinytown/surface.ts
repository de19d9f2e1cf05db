import type { Span } from "./types.ts";

const forms: readonly (readonly [attribute: string, value: string, pattern: RegExp])[] = [
  ["capitals", "capital word", /(?<![\p{L}])\p{Lu}{2,}(?![\p{L}])/gu],
  ["quote", "quoted speech", /"[^"]*"/g],
  ["question", "question", /(?<=^|[.!?:]\s|"|\n)[^.!?"\n<>|]+\?/g],
];

/** The values of an attribute that can be read off the characters; none for another attribute. */
export function surfaceValues(attribute: string): string[] {
  if (attribute === "digit") return [..."0123456789"];
  return forms.filter(([of]) => of === attribute).map(([, value]) => value);
}

/** Spans that can be read off the characters: digits, capital words, quoted speech, questions. */
export function surfaceSpans(text: string, code = false): Span[] {
  const digits = [...text.matchAll(/[0-9]/g)].map(({ index, 0: value }) => ({
    start: index,
    end: index + 1,
    attribute: "digit",
    value,
  }));
  const others = forms.flatMap(([attribute, value, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      attribute,
      value,
    })),
  );
  // In code, quotation marks are no speech.
  return code ? digits : [...digits, ...others];
}
