import { scorerProblem } from "./problem.ts";
import type { Scorer } from "./scorer.ts";

/** Whether a regular expression is found in a text, whatever the case. @throws ProblemError `scorer-invalid` */
export function patternScorer(pattern: string): Scorer {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "iu");
  } catch (error) {
    throw scorerProblem(
      `The pattern cannot be used: ${(error as Error).message}.`,
      "Write a regular expression as JavaScript has them.",
    );
  }
  return { name: `matches /${pattern}/`, kind: "share", score: (text) => (expression.test(text) ? 1 : 0) };
}
