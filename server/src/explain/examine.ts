import { readVerdicts } from "./answers.ts";
import { inParallel, type Judge } from "./judge.ts";
import { markedText, onOneLine, textOf } from "./passage.ts";
import { detectionPrompt, fuzzingPrompt } from "./prompts.ts";
import type { Test } from "./score.ts";

/** Texts of one question, as many as delphi shows at a time: of more, smaller models lose count. */
const atATime = 5;

/** Answers tests, one each and null for an answer that could not be read. */
export type Examiner = (tests: readonly Test[], done: (count: number) => void) => Promise<(boolean | null)[]>;

/** Has a language model answer, some texts at a time; it sees the label and the texts, nothing else. */
export function byJudge(judge: Judge, label: string, signal: AbortSignal): Examiner {
  return async (tests, done) => {
    const batches: Test[][] = [];
    for (let from = 0; from < tests.length; from += atATime) batches.push(tests.slice(from, from + atATime));
    const answers = await inParallel(batches, judge.atOnce, async (batch) => {
      const answer = await judge.complete(promptOf(label, batch), signal);
      done(batch.length);
      return readVerdicts(answer, batch.length) ?? batch.map(() => null);
    });
    return answers.flat();
  };
}

function promptOf(label: string, batch: readonly Test[]) {
  return batch[0].marked === null
    ? detectionPrompt(
        label,
        batch.map(({ passage }) => onOneLine(textOf(passage))),
      )
    : fuzzingPrompt(
        label,
        batch.map(({ passage, marked }) => markedText(passage, marked ?? [])),
      );
}
