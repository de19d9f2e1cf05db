import { bootstrapped, mean, shareOf } from "../../learn/metrics/intervals.ts";
import type { MessageInput } from "../../protocol/engine.ts";
import type { Completer } from "./completer.ts";
import { additions, type Handle } from "./edits.ts";
import type { Grade } from "./grade.ts";

/** An interval that holds a true value 95 times in a hundred. */
type Interval = [low: number, high: number];

/** What is tried on what. */
export interface Trial {
  prompts: readonly MessageInput[][];
  /** One a prompt. */
  grades: readonly Grade[];
  handles: readonly Handle[];
  /** What the model as it is gets on these prompts; null: this is it. */
  base: Tried | null;
}

/** How completions of some prompts are graded under one steering. */
export interface Tried {
  /** Of all completions. */
  mean: number;
  /** By prompt, one grade a sample. */
  grades: number[][];
  /** By prompt, the first completion. */
  texts: string[];
  /** Wilson's interval of the mean where every grade is 0 or 1. */
  interval: Interval | null;
  /** The mean of the differences to the model as it is, and its bootstrapped interval over prompts. */
  gain: number;
  gainInterval: Interval;
}

/**
 * Writes on every prompt under the handles and grades it.
 * @param tell hears of every prompt before it is written on
 */
export async function tryHandles(
  completer: Completer,
  { prompts, grades: graders, handles, base }: Trial,
  tell: () => void,
): Promise<Tried> {
  const steering = additions(handles, completer.description.saes);
  const grades: number[][] = [];
  const texts: string[] = [];
  for (const [i, messages] of prompts.entries()) {
    tell();
    const { samples } = await completer.complete(i, messages, steering);
    texts.push(samples[0].text);
    grades.push(samples.map(({ text }) => graders[i](text)));
  }
  const all = grades.flat();
  const binary = all.every((it) => it === 0 || it === 1);
  const gains = grades.map((it, i) => mean(it) - mean(base ? base.grades[i] : it));
  const gain = gainOf(gains, completer.draws.seed);
  return {
    mean: mean(all),
    grades,
    texts,
    interval: binary ? [shareOf(all).low, shareOf(all).high] : null,
    gain: gain.value,
    gainInterval: [gain.low, gain.high],
  };
}

/** The mean of differences by prompt, whose samples belong together: drawn anew by prompt. */
const gainOf = (gains: readonly number[], seed: number) =>
  bootstrapped(gains.length, (prompts) => mean(Array.from(prompts, (i) => gains[i])), seed)!;
