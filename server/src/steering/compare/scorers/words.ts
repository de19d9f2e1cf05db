import { scorerProblem } from "./problem.ts";
import type { Scorer } from "./scorer.ts";

/**
 * Whether one of some words (or phrases) stands in a text as whole words, whatever their case.
 * @throws ProblemError `scorer-invalid` where there is none
 */
export function wordsScorer(words: readonly string[]): Scorer {
  const wanted = words.map((word) => word.trim().toLowerCase()).filter((word) => word !== "");
  if (wanted.length === 0) throw scorerProblem("The list of words is empty.", "Name at least one word.");
  const letter = /[\p{L}\p{N}_]/u;
  const stands = (text: string, word: string): boolean => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      const [before, after] = [text[at - 1] ?? "", text[at + word.length] ?? ""];
      const [first, last] = [word[0], word[word.length - 1]];
      if (!(letter.test(first) && letter.test(before)) && !(letter.test(last) && letter.test(after)))
        return true;
    }
    return false;
  };
  return {
    name: `has ${wanted.length > 4 ? `one of ${wanted.length} words` : wanted.map((word) => `“${word}”`).join(" or ")}`,
    kind: "share",
    score: (text) => (wanted.some((word) => stands(text.toLowerCase(), word)) ? 1 : 0),
  };
}
