import type { Problem } from "../protocol/problem.ts";

/** Bad input or a failed run, with what to do about it; crosses the process border as its {@link Problem}. */
export class EngineError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.message} ${problem.remedy}`);
    this.name = "EngineError";
    this.problem = problem;
  }
}
