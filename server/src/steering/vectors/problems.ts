import { ProblemError } from "../../host/problem-error.ts";

const again = "Name a steering vector in safetensors or GGUF format, or make the file again.";

/** A file that is no steering vector, or a broken one: its path, and what is the matter. */
export function badVectors(path: string, what: string, remedy = again): ProblemError {
  return vectorProblem("vector-file-invalid", `${path} ${what}.`, remedy, path);
}

/** What keeps a steering vector from being read, written or used. */
export function vectorProblem(code: string, message: string, remedy: string, path?: string): ProblemError {
  return new ProblemError({ code, message, remedy, subject: "prompt", ...(path !== undefined && { path }) });
}
