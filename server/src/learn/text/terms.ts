/** What of a text counts as a term. */
export interface TermOptions {
  readonly of: "words" | "characters";
  /** How many in a row make a term, from the shortest to the longest. */
  readonly shortest: number;
  readonly longest: number;
}

/**
 * The words of a text: runs of at least two letters, digits or underscores of any script, in lower case. That is
 * scikit-learn's `token_pattern` `(?u)\b\w\w+\b`; single characters and punctuation are no words.
 */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}

/** All terms of a text in their order, repeated as often as they stand there; runs of white space count as one blank of characters. */
export function termsOf(text: string, { of, shortest, longest }: TermOptions): string[] {
  if (of === "words") return runs(wordsOf(text), shortest, longest, " ");
  return runs([...text.toLowerCase().replace(/\s\s+/g, " ")], shortest, longest, "");
}

function runs(parts: readonly string[], shortest: number, longest: number, between: string): string[] {
  const found: string[] = [];
  for (let n = shortest; n <= longest; n++)
    for (let i = 0; i + n <= parts.length; i++) found.push(parts.slice(i, i + n).join(between));
  return found;
}
