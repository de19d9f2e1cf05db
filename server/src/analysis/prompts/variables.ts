import type { MessageBuilder } from "./pieces.ts";
import { type PromptProblem, problemAt } from "./types.ts";

const expression = /\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g;

/**
 * Appends a stretch of the document with `{{name}}` filled from `values`. What has no value stays as it is written,
 * with a warning; blocks and helpers are not evaluated, and are said to be left as they are.
 */
export function appendFilled(
  builder: MessageBuilder,
  document: string,
  start: number,
  end: number,
  values: Map<string, string>,
  problems: PromptProblem[],
): void {
  let at = start;
  for (const match of document.slice(start, end).matchAll(expression)) {
    const place = { start: start + match.index, end: start + match.index + match[0].length };
    builder.verbatim(at, place.start);
    at = place.end;
    const name = match[1];
    const value = values.get(name);
    if (value !== undefined) builder.replaced(value, place.start, place.end);
    else {
      builder.verbatim(place.start, place.end);
      problems.push(
        /^[\w.-]+$/.test(name)
          ? problemAt(
              place,
              "warning",
              "variable-without-value",
              `The variable ${name} has no default value, so it is read as written.`,
              "Give it a value in the front matter.",
            )
          : problemAt(
              place,
              "information",
              "template-not-evaluated",
              `${match[0]} is not evaluated here; it is read as written.`,
              "What the model sees at run time may differ.",
            ),
      );
    }
  }
  builder.verbatim(at, end);
}
