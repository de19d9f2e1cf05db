import { ProblemError } from "../../host/problem-error.ts";
import type { CorpusFile } from "./types.ts";

/** A record of a corpus that cannot be read, with its place in the file. */
export function badRecord(file: CorpusFile, where: string, what: string, remedy: string): ProblemError {
  return new ProblemError({
    code: "corpus-record-invalid",
    message: `${file.path}, ${where}: ${what}.`,
    remedy,
    subject: "prompt",
    path: file.path,
  });
}

/** The text in a record's field. */
export function textIn(file: CorpusFile, where: string, record: object, field: string): string {
  const value: unknown = Object.hasOwn(record, field)
    ? (record as Record<string, unknown>)[field]
    : undefined;
  if (typeof value === "string") return value;
  const names = Object.keys(record).slice(0, 8).join(", ");
  throw badRecord(
    file,
    where,
    value === undefined ? `there is no field “${field}”` : `the field “${field}” is no text`,
    `Name the field that holds the text with --field${names ? ` (there are: ${names})` : ""}.`,
  );
}
