import type { MessageInput } from "../../../protocol/engine.ts";
import { badRecord } from "../../../scan/corpus/problems.ts";
import type { GradeRule } from "../grade.ts";
import { methodProblem } from "../problems.ts";
import { methodRecords, promptIn } from "../prompt-file.ts";
import { type Graded, gradedBy, inTwoParts } from "../rules.ts";

/** A prompt whose completions are drawn and graded. */
export interface GradedPrompt extends Graded {
  messages: MessageInput[];
}

/** A completion that somebody else graded. */
export interface GradedCompletion {
  messages: MessageInput[];
  completion: string;
  reward: number;
}

/** What a file of examples holds: prompts, or completions with their grades. */
export interface Examples {
  prompts: GradedPrompt[];
  completions: GradedCompletion[];
}

/**
 * Reads a JSONL file: `{prompt | messages}` with, where it is not said for all, `judge`, `words` or `regex`; and
 * `{prompt | messages, completion, reward}`.
 * @param rule how all completions are graded whose record does not say it
 * @throws ProblemError for the file, a record or a rule
 */
export async function readExamples(path: string, rule: GradeRule | null): Promise<Examples> {
  const graded = gradedBy(rule, "how completions of this prompt are graded");
  const examples: Examples = { prompts: [], completions: [] };
  for (const from of await methodRecords(path)) {
    const { completion, reward, messages: listed } = from.record;
    const messages = promptIn(from, listed === undefined ? "prompt" : "messages");
    if (completion !== undefined) {
      if (typeof completion !== "string" || typeof reward !== "number" || !Number.isFinite(reward))
        throw badRecord(
          from.file,
          from.where,
          "a completion is a text with a reward, which is a number",
          "Mend or remove the line.",
        );
      examples.completions.push({ messages, completion, reward });
      continue;
    }
    examples.prompts.push({ messages, ...graded(from) });
  }
  return examples;
}

/**
 * Prompts in two parts that the seed decides: where latents are chosen, and where they are tried.
 * @param share of the prompts that the second part gets, at least one
 * @throws ProblemError `corr-few-prompts`
 */
export function split<T>(
  prompts: readonly T[],
  share: number,
  seed: number,
): { train: T[]; validation: T[] } {
  if (prompts.length < 2)
    throw methodProblem(
      "corr-few-prompts",
      "There is only one prompt, so none is left to try latents on.",
      "Give at least two prompts; some dozens tell more.",
    );
  const { triedOn, chosenOn } = inTwoParts(prompts, share, seed);
  return { validation: triedOn, train: chosenOn };
}
