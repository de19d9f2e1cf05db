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
export function analysisProblems(document: PreparedDocument, analysis: Analysis): PlacedProblem[] {
  const problems = analysis.warnings.map((warning): PlacedProblem => {
    const { messageIndex, start, end, ...problem } = warning;
    const message = messageIndex === undefined ? undefined : document.prompt.messages[messageIndex];
    if (!message) return placeProblem(document, problem, "warning");
    const range = documentRange(message, start ?? 0, end ?? message.text.length);
    return { ...problem, ...range, severity: "warning" };
  });
  const known = new Set(analysis.warnings.map((warning) => warning.code));
  if (analysis.truncatedFrom !== null && !known.has("prompt-longer-than-context")) {
    problems.push(truncation(document, analysis, analysis.truncatedFrom));
  }
  return problems;
}

function truncation(document: PreparedDocument, analysis: Analysis, all: number): PlacedProblem {
  let end = 0;
  analysis.spans.message.forEach((index, t) => {
    const message = document.prompt.messages[index];
    if (message) end = Math.max(end, documentRange(message, 0, analysis.spans.end[t]).end);
  });
  return {
    code: "prompt-longer-than-context",
    message: `Only the first ${analysis.ids.length} of ${all} tokens fit into the model's context and are analysed.`,
    remedy: "Shorten the prompt or take a model with a longer context.",
    subject: "prompt",
    start: end,
    end: document.lines.text.length,
    severity: "warning",
  };
}
