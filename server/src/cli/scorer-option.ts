import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Scorer, scorerOf } from "../steering/compare/scorers/index.ts";
import { scorerProblem } from "../steering/compare/scorers/problem.ts";

/** Ways to score a behaviour on the command line; at most one of them. */
export interface ScorerOptions {
  /** ATTRIBUTE/VALUE */
  judge?: string;
  words?: string[];
  pattern?: string;
  /** A module whose default export takes a text and gives a number. */
  score?: string;
}

/** The scorer that is asked for; null: none. @throws ProblemError `scorer-invalid` */
export async function scorerFrom({ judge, words, pattern, score }: ScorerOptions): Promise<Scorer | null> {
  const named = Object.entries({ judge, words, pattern, score }).filter(([, it]) => it !== undefined);
  if (named.length > 1)
    throw scorerProblem(
      `Several scorers are named: ${named.map(([name]) => `--${name}`).join(", ")}.`,
      "Name one of them.",
    );
  if (judge !== undefined) {
    const [attribute, ...value] = judge.split("/");
    return scorerOf({ kind: "judge", attribute, value: value.join("/") });
  }
  if (words) return scorerOf({ kind: "words", words });
  if (pattern !== undefined) return scorerOf({ kind: "pattern", pattern });
  return score === undefined ? null : ownScorer(score);
}

/** A scorer of the user's own: whoever names the file has it run. */
async function ownScorer(file: string): Promise<Scorer> {
  const path = resolve(file);
  const remedy = "Give a module whose default export is a function of a text that gives a number.";
  let made: { default?: unknown };
  try {
    made = await import(pathToFileURL(path).href);
  } catch (error) {
    throw scorerProblem(`The scorer ${file} cannot be loaded: ${(error as Error).message}.`, remedy, path);
  }
  const score = made.default;
  if (typeof score !== "function")
    throw scorerProblem(`${file} has no default export that is a function.`, remedy, path);
  return {
    name: file,
    kind: "mean",
    score: async (text) => {
      let value: unknown;
      try {
        value = await score(text);
      } catch (error) {
        throw scorerProblem(`The scorer ${file} failed: ${(error as Error).message}.`, remedy, path);
      }
      if (typeof value === "number" && Number.isFinite(value)) return value;
      throw scorerProblem(`The scorer ${file} gave ${String(value)}, which is no number.`, remedy, path);
    },
  };
}
