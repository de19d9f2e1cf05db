import { CommanderError } from "commander";
import { CancelledError, toProblem } from "../host/problem-error.ts";
import type { Problem } from "../protocol/problem.ts";

/** What, where and what to do, for a terminal. */
export function problemText(problem: Problem, severity = "error"): string {
  const where = problem.path && !problem.message.includes(problem.path) ? ` (${problem.path})` : "";
  return `steerscope: ${severity}: ${problem.message}${where}\n  ${problem.remedy}`;
}

/** Runs a command's work; what it throws goes to stderr and makes the exit status 1, 2 where it was used wrongly, 130 where it was interrupted. */
export async function reporting(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) {
      console.error(`error: ${error.message}`);
      throw error;
    }
    if (error instanceof CancelledError) {
      console.error("Stopped.");
      process.exitCode = 130;
      return;
    }
    console.error(problemText(toProblem(error)));
    process.exitCode = 1;
  }
}
