import { ProblemError } from "../../host/problem-error.ts";
import type { CorpusFile, CorpusRecord } from "../../scan/corpus/types.ts";

/** The value of a record's column; undefined where it has none. */
export function fieldOf({ record }: Pick<CorpusRecord, "record">, column: string): unknown {
  return Object.hasOwn(record, column) ? (record as Record<string, unknown>)[column] : undefined;
}

/** A value as a word: text, numbers and truth values; null for nothing, an empty text or anything else. */
export function wordOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value.trim();
  return ["number", "boolean", "bigint"].includes(typeof value) ? String(value) : null;
}

/** A value as a number, also one that is written as text (CSV knows nothing else); NaN where it is none. */
export function numberOf(value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** A record that cannot be used, with its place in the file. */
export function badExample(
  file: CorpusFile,
  { where, record }: CorpusRecord,
  code: string,
  what: string,
  remedy: string,
): ProblemError {
  const columns = Object.keys(record).slice(0, 8).join(", ");
  return new ProblemError({
    code,
    message: `${file.path}, ${where}: ${what}.`,
    remedy: remedy.replace("{columns}", columns || "none"),
    subject: "probe",
    path: file.path,
  });
}
