import type { Classes } from "./classes.ts";
import { MOST_NAMED } from "./duplicates.ts";
import type { Split } from "./split.ts";
import type { DataProblem, Example } from "./types.ts";

/** Ratio of the largest to the smallest class from which it is warned of. */
const UNBALANCED = 20;
/** Classes that are told apart at most. */
const MOST_CLASSES = 200;

const problem = (
  code: string,
  message: string,
  remedy: string,
  severity: DataProblem["severity"] = "error",
  at = "data",
): DataProblem => ({ code, message, remedy, subject: "probe", severity, at });

/** What is wrong with examples before it is known which classes are meant. */
export function checkExamples(examples: readonly Example[], isNumber: boolean): DataProblem[] {
  if (examples.length === 0)
    return [
      problem(
        "probe-data-empty",
        "There are no examples in the data.",
        "Name files that hold some; at span and token level they need labelled stretches.",
      ),
    ];
  const isMissing = ({ label, tokens }: Example) =>
    tokens ? tokens.some((it) => it.label === "") : isNumber ? !Number.isFinite(label) : label === "";
  const missing = examples.filter(isMissing);
  if (missing.length > 0)
    return [
      problem(
        isNumber ? "probe-number-invalid" : "probe-label-missing",
        `${missing.length} of ${examples.length} examples have ${isNumber ? "no number" : "no label"}: ${named(missing)}.`,
        isNumber
          ? "Write finite numbers there, or take the examples out."
          : "Label them, name the right column with data.label, or take them out.",
      ),
    ];
  const empty = examples.filter(({ text }) => text.trim() === "");
  if (empty.length > 0)
    return [
      problem(
        "probe-text-empty",
        `${empty.length} of ${examples.length} examples have no text: ${named(empty)}.`,
        "Take them out.",
      ),
    ];
  const [first] = examples;
  const isSame = ({ text, span }: Example) => text === first.text && String(span) === String(first.span);
  if (examples.length > 1 && examples.every(isSame))
    return [
      problem(
        "probe-examples-equal",
        `All ${examples.length} examples are the same text.`,
        "Name the column that holds the texts with data.text.",
      ),
    ];
  return [];
}

/** What is wrong with the classes as such. */
export function checkClasses({ names }: Classes, examples: readonly Example[]): DataProblem[] {
  if (names.length < 2)
    return [
      problem(
        "probe-one-class",
        `All ${examples.length} examples are of one class, “${names[0] ?? ""}”.`,
        "Give examples of another one too, or write level: token to tell it from everything else.",
        "error",
        "target",
      ),
    ];
  if (names.length > MOST_CLASSES)
    return [
      problem(
        "probe-too-many-classes",
        `The labels are ${names.length} different ones.`,
        `Write target: { type: number } where they are numbers; at most ${MOST_CLASSES} classes are told apart.`,
        "error",
        "target",
      ),
    ];
  return [];
}

/**
 * Whether each class is there often enough on both sides, and how unbalanced they are.
 * @param counts of each class, `[classes]`, for some examples by their numbers
 */
export function checkBalance(
  { names }: Classes,
  split: Split,
  counts: (examples: Int32Array) => number[],
  least: number,
): DataProblem[] {
  const sides = { training: counts(split.train), "the test set": counts(split.test) };
  const few = Object.entries(sides).flatMap(([side, of]) =>
    names.flatMap((name, c) => (of[c] < least ? [`“${name}” has ${of[c]} in ${side}`] : [])),
  );
  if (few.length > 0)
    return [
      problem(
        "probe-too-few",
        `A class needs at least ${least} examples on each side: ${few.slice(0, MOST_NAMED).join(", ")}${few.length > MOST_NAMED ? ", …" : ""}.`,
        "Give more examples, leave the class out of target.classes, or split otherwise.",
        "error",
        "splits",
      ),
    ];
  const all = sides.training.map((n, c) => n + sides["the test set"][c]);
  const [most, rare] = [all.indexOf(Math.max(...all)), all.indexOf(Math.min(...all))];
  if (all[most] < UNBALANCED * all[rare]) return [];
  return [
    problem(
      "probe-unbalanced",
      `The classes are unbalanced: ${all[rare]} examples of “${names[rare]}”, ${all[most]} of “${names[most]}”.`,
      "Read balanced accuracy and AUC rather than accuracy, or take fewer of a class with target.examples.max.",
      "warning",
      "target",
    ),
  ];
}

/** Whether numbers differ, and whether there are enough of them on both sides. */
export function checkNumbers(examples: readonly Example[], split: Split, least: number): DataProblem[] {
  if (examples.every(({ label }) => label === examples[0].label))
    return [
      problem(
        "probe-one-number",
        `All ${examples.length} examples have the number ${examples[0].label}.`,
        "Name the column that holds the numbers with data.label.",
        "error",
        "target",
      ),
    ];
  const few = Math.min(split.train.length, split.test.length);
  if (few >= least) return [];
  return [
    problem(
      "probe-too-few",
      `There are ${split.train.length} examples in training and ${split.test.length} in the test set.`,
      `Give at least ${least} for each, or split otherwise.`,
      "error",
      "splits",
    ),
  ];
}

const named = (examples: readonly Example[]): string =>
  examples
    .slice(0, MOST_NAMED)
    .map(({ source }) => source.where)
    .join("; ") + (examples.length > MOST_NAMED ? "; …" : "");
