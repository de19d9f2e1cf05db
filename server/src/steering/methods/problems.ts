import { ProblemError } from "../../host/problem-error.ts";

/** What keeps a method from making a vector, with what to do about it. */
export function methodProblem(code: string, message: string, remedy: string, path?: string): ProblemError {
  return new ProblemError({ code, message, remedy, subject: "prompt", ...(path !== undefined && { path }) });
}
