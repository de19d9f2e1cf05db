import { ProblemError } from "../../host/problem-error.ts";

/** A record of an import that cannot be read, with its place. */
export function badLine(path: string, line: number, what: string): ProblemError {
  return new ProblemError({
    code: "import-record-invalid",
    message: `${path}:${line}: ${what}.`,
    remedy: "Fetch the file again, or mend or remove the line; nothing was imported.",
    subject: "sae",
    path,
  });
}

/** A file of an import that cannot be read at all. */
export function badFile(
  path: string,
  what: string,
  remedy = "Fetch it again; nothing was imported.",
): ProblemError {
  const message = `${path} ${what}.`;
  return new ProblemError({ code: "import-file-invalid", message, remedy, subject: "sae", path });
}

/** What is to be imported belongs to another model or SAE. */
export function mismatch(what: string): ProblemError {
  return new ProblemError({
    code: "import-mismatch",
    message: `${what} Nothing was imported.`,
    remedy:
      "Name the model and the SAE that it was made with (--model, --sae; S@HOOK for another hook point).",
    subject: "sae",
  });
}
