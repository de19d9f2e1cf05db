import { random, shuffled } from "../../../explain/random.ts";
import type { MessageInput } from "../../../protocol/engine.ts";
import { badRecord } from "../../../scan/corpus/problems.ts";
import { type Grade, type GradeRule, gradeOf } from "../grade.ts";
import { methodProblem } from "../problems.ts";
import { methodRecords, promptIn, ruleIn } from "../prompt-file.ts";

/** A prompt with an instruction and the same without it. */
export interface InstructionPair {
  with: MessageInput[];
  without: MessageInput[];
  /** Whether a completion obeys the instruction: 1 or 0. */
  grade: Grade;
  rule: GradeRule;
}

/**
 * Reads a JSONL file of `{with, without}`, each a text or messages, and, where it is not said for all, `judge`, `words` or
 * `regex`: how a completion that obeys is told.
 * @param rule how all completions are graded whose record does not say it
 * @throws ProblemError for the file, a record or a rule
 */
export async function readPairs(path: string, rule: GradeRule | null): Promise<InstructionPair[]> {
  const common = rule && gradeOf(rule);
  const pairs: InstructionPair[] = [];
  for (const from of await methodRecords(path)) {
    const own = ruleIn(from) ?? rule;
    if (!own)
      throw badRecord(
        from.file,
        from.where,
        "nothing says how a completion that obeys is told",
        "Name a rule for all of them (on the command line --judge, --words or --regex), or give the record judge, words or regex.",
      );
    const sides = { with: promptIn(from, "with"), without: promptIn(from, "without") };
    pairs.push({ ...sides, rule: own, grade: own === rule ? common! : gradeOf(own) });
  }
  return pairs;
}

/**
 * Pairs in two parts that the seed decides, so that no prompt is in both: where latents are chosen (all wordings of the
 * instruction), and one of each prompt where they are tried.
 * @param share of the prompts that the second part gets, at least one
 * @throws ProblemError `saif-few-prompts`
 */
export function splitPairs(
  pairs: readonly InstructionPair[],
  share: number,
  seed: number,
): { chosenOn: InstructionPair[]; validation: InstructionPair[] } {
  const groups = [...Map.groupBy(pairs, (pair) => JSON.stringify(pair.without)).values()];
  if (groups.length < 2)
    throw methodProblem(
      "saif-few-prompts",
      "All pairs have the same prompt without the instruction, so none is left to try latents on.",
      "Give pairs of several prompts; some dozens tell more.",
    );
  const order = shuffled(groups, random(seed));
  const count = Math.min(order.length - 1, Math.max(1, Math.round(order.length * share)));
  return { validation: order.slice(0, count).map(([first]) => first), chosenOn: order.slice(count).flat() };
}
