import { documentRange, type MappedText, type MessageBuilder } from "./pieces.ts";
import { type PromptProblem, problemAt } from "./types.ts";

const expression = /\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g;

/**
 * Appends a text with `{{name}}` filled from `values`. What has no value stays as it is written, with a warning; blocks and
 * helpers are not evaluated, and are said to be left as they are.
 *
 * @param place where a format keeps its values, for the remedy
 */
export function appendFilled(
  builder: MessageBuilder,
  source: MappedText,
  values: Map<string, string>,
  problems: PromptProblem[],
  place = "the front matter",
): void {
  let at = 0;
  for (const match of source.text.matchAll(expression)) {
    const end = match.index + match[0].length;
    const braces = documentRange(source, match.index, end);
    builder.mappedPart(source, at, match.index);
    at = end;
    const name = match[1];
    const value = values.get(name);
    if (value !== undefined) builder.replaced(value, braces.start, braces.end);
    else {
      builder.mappedPart(source, match.index, end);
      problems.push(
        /^[\w.-]+$/.test(name)
          ? problemAt(
              braces,
              "warning",
              "variable-without-value",
              `The variable ${name} has no default value, so it is read as written.`,
              `Give it a value in ${place}.`,
            )
          : problemAt(
              braces,
              "information",
              "template-not-evaluated",
              `${match[0]} is not evaluated here; it is read as written.`,
              "What the model sees at run time may differ.",
            ),
      );
    }
  }
  builder.mappedPart(source, at, source.text.length);
}
