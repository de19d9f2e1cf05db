import { judge } from "../../tinytown/judge/judge.ts";
import { type JudgedAttribute, judgedAttributes } from "../../tinytown/judge/types.ts";
import { methodProblem } from "./problems.ts";

/** How completions are graded: exactly one of these. */
export interface GradeRule {
  /** `ATTRIBUTE/VALUE`: the judge of tinytown's world says that most of what is said shows this value. */
  judge?: string;
  /** One of these texts is in it, as a recipe's check `contains` means it. */
  words?: string[];
  /** A regular expression of JavaScript finds something in it. */
  regex?: string;
}

/** A completion's grade: 1 where it is what was wanted, else 0. */
export type Grade = (completion: string) => number;

/** @throws ProblemError `grade-rule-invalid` where the rule says nothing, several things or something unknown */
export function gradeOf(rule: GradeRule): Grade {
  const kinds = (["judge", "words", "regex"] as const).filter((key) => rule[key] !== undefined);
  if (kinds.length !== 1)
    throw invalid(
      kinds.length === 0
        ? "Nothing says how completions are graded."
        : `Completions are graded in several ways: ${kinds.join(", ")}.`,
      "Give exactly one of judge, words and regex.",
    );
  if (rule.judge !== undefined) return judged(rule.judge);
  const { words } = rule;
  if (words !== undefined) return (completion) => (words.some((it) => completion.includes(it)) ? 1 : 0);
  const expression = compiled(rule.regex as string);
  return (completion) => (expression.test(completion) ? 1 : 0);
}

function judged(text: string): Grade {
  const [attribute, value, ...more] = text.split("/");
  if (!value || more.length > 0 || !judgedAttributes.includes(attribute as JudgedAttribute))
    throw invalid(
      `The judge knows no “${text}”.`,
      `Write it as mood/cheerful; it judges ${judgedAttributes.join(", ")}.`,
    );
  return (completion) => (judge(completion, attribute).value === value ? 1 : 0);
}

function compiled(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    throw invalid(`The regular expression is broken: ${(error as Error).message}.`, "Mend it.");
  }
}

function invalid(message: string, remedy: string) {
  return methodProblem("grade-rule-invalid", message, remedy);
}
