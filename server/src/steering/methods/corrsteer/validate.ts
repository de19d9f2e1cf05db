import type { Completer } from "../completer.ts";
import { additions, type Handle } from "../edits.ts";
import { bootstrap, type Interval, mean, wilson } from "../statistics.ts";
import type { GradedPrompt } from "./examples.ts";

/** How completions of the validation prompts are graded under one steering. */
export interface Validated {
  /** Of all completions. */
  mean: number;
  /** By prompt, one grade a sample. */
  grades: number[][];
  /** Wilson's interval of the mean where every grade is 0 or 1. */
  interval: Interval | null;
  /** The mean of the differences to the model as it is, and its bootstrapped interval over prompts. */
  gain: number;
  gainInterval: Interval;
}

/**
 * Writes on every prompt under the handles and grades it.
 * @param base what the model as it is gets; null: this is it
 * @param tell hears of every prompt before it is written on
 */
export async function validate(
  completer: Completer,
  prompts: readonly GradedPrompt[],
  handles: readonly Handle[],
  base: Validated | null,
  tell: () => void,
): Promise<Validated> {
  const steering = additions(handles, completer.description.saes);
  const grades: number[][] = [];
  for (const [i, { messages, grade }] of prompts.entries()) {
    tell();
    const { samples } = await completer.complete(i, messages, steering);
    grades.push(samples.map(({ text }) => grade(text)));
  }
  const all = grades.flat();
  const binary = all.every((it) => it === 0 || it === 1);
  const gains = grades.map((it, i) => mean(it) - mean(base ? base.grades[i] : it));
  return {
    mean: mean(all),
    grades,
    interval: binary ? wilson(all.filter((it) => it === 1).length, all.length) : null,
    gain: mean(gains),
    gainInterval: bootstrap(gains, completer.draws.seed),
  };
}
