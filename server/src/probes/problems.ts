import { ProblemError } from "../host/problem-error.ts";

/** What keeps a probe from being trained or used, with what to do about it. */
export function probeProblem(code: string, message: string, remedy: string, path?: string): ProblemError {
  return new ProblemError({ code, message, remedy, subject: "probe", ...(path !== undefined && { path }) });
}
