import type { Analysis } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import type { PlacedProblem, PreparedDocument } from "./document.ts";
import { documentRange } from "./prompts/index.ts";

/** Puts a problem of the set-up or the engine where the document names its cause, else on the first line. */
export function placeProblem(
  document: PreparedDocument,
  problem: Problem,
  severity: PlacedProblem["severity"] = "error",
): PlacedProblem {
  return { ...problem, ...placeOf(document, problem), severity };
}

function placeOf({ setup, lines }: PreparedDocument, problem: Problem): { start: number; end: number } {
  const firstLine = { start: 0, end: lines.lineEnd(0) };
  if (problem.subject === "model") return setup.modelPlace ?? firstLine;
  if (problem.subject === "sae") {
    const named = (setup.saes ?? []).findIndex((sae) =>
      problem.path?.includes(sae.replace(/@[^@/\\]*$/, "")),
    );
    return setup.saePlaces[named] ?? setup.saePlaces.find((place) => place !== null) ?? firstLine;
  }
  return firstLine;
}

/** What the engine found remarkable but went on with, at its place in the document. */
function analysisProblems(document: PreparedDocument, analysis: Analysis): PlacedProblem[] {
  return analysis.warnings.map((warning): PlacedProblem => {
    const { messageIndex, start, end, ...problem } = warning;
    const message = messageIndex === undefined ? undefined : document.prompt.messages[messageIndex];
    if (!message) return placeProblem(document, problem, "warning");
    const range = documentRange(message, start ?? 0, end ?? message.text.length);
    return { ...problem, ...range, severity: "warning" };
  });
}

/** Codes of problems that say the same from nearer the start: that the whole text was not even read. */
const notReadToTheEnd = new Set(["prompt-too-large", "prompt-cut"]);

/** All problems of an analysed document; that a prompt is too long is said once, at the end of what was analysed. */
export function problemsOf(
  document: PreparedDocument,
  analysis: Analysis,
  found: PlacedProblem[],
): PlacedProblem[] {
  const problems = [...document.problems, ...found, ...analysisProblems(document, analysis)];
  if (analysis.truncatedFrom === null) return problems;
  const others = problems.filter((problem) => !notReadToTheEnd.has(problem.code));
  const least = others.length < problems.length;
  return [...others, truncation(document, analysis, analysis.truncatedFrom, least)];
}

/** @param least whether there is more than was counted. */
function truncation(
  document: PreparedDocument,
  analysis: Analysis,
  all: number,
  least: boolean,
): PlacedProblem {
  let end = 0;
  analysis.spans.message.forEach((index, t) => {
    const message = document.prompt.messages[index];
    if (message) end = Math.max(end, documentRange(message, 0, analysis.spans.end[t]).end);
  });
  return {
    code: "prompt-longer-than-context",
    message: `Only the first ${analysis.ids.length} of ${least ? "at least " : ""}${all} tokens fit into the model's context and are analysed.`,
    remedy: "Shorten the prompt or take a model with a longer context.",
    subject: "prompt",
    start: end,
    end: document.lines.text.length,
    severity: "warning",
  };
}
