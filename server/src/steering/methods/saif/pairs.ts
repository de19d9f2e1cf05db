import type { MessageInput } from "../../../protocol/engine.ts";
import type { GradeRule } from "../grade.ts";
import { methodProblem } from "../problems.ts";
import { methodRecords, promptIn } from "../prompt-file.ts";
import { type Graded, gradedBy, inTwoParts } from "../rules.ts";

/** A prompt with an instruction and the same without it; a completion that obeys it is graded 1, any other 0. */
export interface InstructionPair extends Graded {
  with: MessageInput[];
  without: MessageInput[];
}

/**
 * Reads a JSONL file of `{with, without}`, each a text or messages, and, where it is not said for all, `judge`, `words` or
 * `regex`: how a completion that obeys is told.
 * @param rule how all completions are graded whose record does not say it
 * @throws ProblemError for the file, a record or a rule
 */
export async function readPairs(path: string, rule: GradeRule | null): Promise<InstructionPair[]> {
  const graded = gradedBy(rule, "how a completion that obeys is told");
  return (await methodRecords(path)).map((from) => ({
    ...graded(from),
    with: promptIn(from, "with"),
    without: promptIn(from, "without"),
  }));
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
  const { triedOn, chosenOn } = inTwoParts(groups, share, seed);
  return { validation: triedOn.map(([first]) => first), chosenOn: chosenOn.flat() };
}
