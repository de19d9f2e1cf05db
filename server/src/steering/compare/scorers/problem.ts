import { ProblemError } from "../../../host/problem-error.ts";

/** A scorer that was asked for does not work. */
export function scorerProblem(message: string, remedy: string, path?: string): ProblemError {
  return new ProblemError({
    code: "scorer-invalid",
    message,
    remedy,
    subject: "recipe",
    ...(path && { path }),
  });
}
