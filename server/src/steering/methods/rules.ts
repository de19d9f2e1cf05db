import { random, shuffled } from "../../explain/random.ts";
import { badRecord } from "../../scan/corpus/problems.ts";
import { type Grade, type GradeRule, gradeOf } from "./grade.ts";
import { type MethodRecord, ruleIn } from "./prompt-file.ts";

/** How a record's completions are graded: a rule, and what follows from it. */
export interface Graded {
  rule: GradeRule;
  grade: Grade;
}

/**
 * Reads how completions of each record are graded: as it says itself, else as all are.
 * @param common the rule of all records that say none; null: each has to say one
 * @param what nothing says where there is no rule, for a sentence
 * @returns what reads a record; it throws ProblemError for one without a rule, and for a rule that is broken
 */
export function gradedBy(common: GradeRule | null, what: string): (from: MethodRecord) => Graded {
  const shared = common && { rule: common, grade: gradeOf(common) };
  return (from) => {
    const own = ruleIn(from);
    if (own) return { rule: own, grade: gradeOf(own) };
    if (shared) return shared;
    throw badRecord(
      from.file,
      from.where,
      `nothing says ${what}`,
      "Name a rule for all of them (on the command line --judge, --words or --regex), or give the record judge, words or regex.",
    );
  };
}

/**
 * Things in two parts that the seed decides: where latents are chosen, and where they are tried.
 * @param items at least two
 * @param share of them that the second part gets, at least one
 */
export function inTwoParts<T>(
  items: readonly T[],
  share: number,
  seed: number,
): { chosenOn: T[]; triedOn: T[] } {
  const order = shuffled(items, random(seed));
  const count = Math.min(order.length - 1, Math.max(1, Math.round(order.length * share)));
  return { triedOn: order.slice(0, count), chosenOn: order.slice(count) };
}
