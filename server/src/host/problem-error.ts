import type { Problem } from "../protocol/problem.ts";
import { reportIt } from "./remedies.ts";

/** A {@link Problem} on its way up: every failure that a person may see is thrown as one of these. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** The request was cancelled by whoever made it; nothing to show to anybody. */
export class CancelledError extends Error {
  constructor() {
    super("The request was cancelled.");
    this.name = "CancelledError";
  }
}

/** Whether a value that crossed the engine's channel has the shape of a {@link Problem}. */
export function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const it = value as Partial<Problem>;
  return typeof it.code === "string" && typeof it.message === "string" && typeof it.remedy === "string";
}

/** The problem behind any thrown value; what is not one already is a fault of ours and says so. */
export function toProblem(error: unknown): Problem {
  // Layers that know nothing of hosts (the store) throw errors of their own with a problem.
  if (error instanceof Error && "problem" in error && isProblem(error.problem)) return error.problem;
  return {
    code: "internal",
    message: `Something in Steerscope itself failed: ${error instanceof Error ? error.message : String(error)}.`,
    remedy: reportIt,
    subject: "engine",
  };
}
