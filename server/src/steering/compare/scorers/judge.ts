import { judge } from "../../../tinytown/judge/judge.ts";
import { judgedAttributes } from "../../../tinytown/judge/types.ts";
import { scorerProblem } from "./problem.ts";
import type { Scorer } from "./scorer.ts";

/**
 * Whether the judge of the embedded model's world finds a value in a text: more of its sentences show it than any other value of
 * the attribute. Of text from another world it says little.
 * @throws ProblemError `scorer-invalid` for an attribute that is not judged
 */
export function judgeScorer(attribute: string, value: string): Scorer {
  if (!judgedAttributes.some((it) => it === attribute))
    throw scorerProblem(
      `“${attribute}” is nothing that the judge knows.`,
      `Write ATTRIBUTE/VALUE with one of: ${judgedAttributes.join(", ")}.`,
    );
  if (value === "")
    throw scorerProblem(
      `No value of ${attribute} is named.`,
      "Write ATTRIBUTE/VALUE, such as mood/cheerful.",
    );
  return {
    name: `${attribute}/${value} (tinytown judge)`,
    kind: "share",
    score: (text) => (judge(text, attribute).value === value ? 1 : 0),
  };
}
