import type { Completer } from "../completer.ts";
import type { StreamingCorrelation } from "./correlation.ts";
import type { GradedCompletion, GradedPrompt } from "./examples.ts";

/**
 * Draws completions of every prompt, grades them, and adds what their latents did to the sums of each SAE.
 * @returns all grades
 */
export async function gatherPrompts(
  completer: Completer,
  prompts: readonly GradedPrompt[],
  sums: readonly StreamingCorrelation[],
  isSuccess: (grade: number) => boolean,
  tell: (text: string) => void,
): Promise<number[]> {
  const grades: number[] = [];
  for (const [i, { messages, grade }] of prompts.entries()) {
    const good = grades.filter(isSuccess).length;
    tell(`Writing: ${i} of ${prompts.length} prompts, ${good} of ${grades.length} completions succeeded`);
    const { promptIds, samples } = await completer.complete(i, messages, []);
    const written = samples.filter(({ ids }) => ids.length > 0);
    await add(
      completer,
      written.map(({ ids, text }) => ({ promptIds, ids, grade: grade(text) })),
      sums,
      isSuccess,
    );
    grades.push(...written.map(({ text }) => grade(text)));
  }
  return grades;
}

/** The same of completions that were written and graded before. */
export async function gatherCompletions(
  completer: Completer,
  completions: readonly GradedCompletion[],
  sums: readonly StreamingCorrelation[],
  isSuccess: (grade: number) => boolean,
  tell: (text: string) => void,
): Promise<number[]> {
  for (const [i, { messages, completion, reward }] of completions.entries()) {
    tell(`Reading: ${i} of ${completions.length} completions`);
    const promptIds = await completer.promptIds(messages);
    const whole = await completer.promptIds(continued(messages, completion));
    // Where the completion begins inside a token, that token counts as written.
    const same = promptIds.findIndex((id, at) => whole[at] !== id);
    const begin = Math.max(1, same < 0 ? promptIds.length : same);
    const texts = [{ promptIds: whole.slice(0, begin), ids: whole.slice(begin), grade: reward }];
    await add(completer, texts, sums, isSuccess);
  }
  return completions.map(({ reward }) => reward);
}

function continued(messages: GradedCompletion["messages"], completion: string): GradedCompletion["messages"] {
  const last = messages[messages.length - 1];
  if (last.role === null) return [...messages.slice(0, -1), { role: null, text: last.text + completion }];
  return [...messages, { role: "assistant", text: completion }];
}

/** Reads each text from its prompt's last token up to its last but one: those that decided a token. */
async function add(
  completer: Completer,
  texts: { promptIds: number[]; ids: number[]; grade: number }[],
  sums: readonly StreamingCorrelation[],
  isSuccess: (grade: number) => boolean,
): Promise<void> {
  const latents = await completer.latents(
    texts.map(({ promptIds, ids }) => ({
      ids: [...promptIds, ...ids.slice(0, -1)],
      from: promptIds.length - 1,
    })),
  );
  for (const [i, { grade }] of texts.entries())
    for (const [sae, sum] of sums.entries()) sum.add(latents[i][sae], grade, isSuccess(grade));
}
