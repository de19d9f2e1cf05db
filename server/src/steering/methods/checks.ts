import { shareOf } from "../../learn/metrics/intervals.ts";
import type { MessageInput } from "../../protocol/engine.ts";
import type { GradeRule } from "./grade.ts";
import type { MethodCheck } from "./recipe-text.ts";

/** A prompt with the grades of its completions under a recipe. */
export interface TriedPrompt {
  messages: MessageInput[];
  rule: GradeRule;
  grades: number[];
  seed: number;
}

/** Checks a recipe gets. */
const most = 3;

/**
 * Checks of a recipe from prompts that it was tried on: at least as large a share of the samples must do it again as the lower end
 * of Wilson's interval of what was seen there. Prompts where that is 0 make no check, and neither does a rule that no check can
 * state (a regular expression).
 */
export function checksFrom(name: string, tried: readonly TriedPrompt[]): MethodCheck[] {
  return tried
    .flatMap(({ messages, rule, grades, seed }): MethodCheck[] => {
      const share = Math.floor(100 * shareOf(grades.map((it) => (it === 1 ? 1 : 0))).low) / 100;
      if (share <= 0) return [];
      if (rule.judge !== undefined) return [{ name, messages, seed, expect: [{ judge: rule.judge, share }] }];
      if (rule.words !== undefined)
        return [{ name, messages, seed, expect: [{ contains: rule.words, share }] }];
      return [];
    })
    .slice(0, most)
    .map((check, i) => ({ ...check, name: `${name}, prompt ${i + 1}` }));
}
