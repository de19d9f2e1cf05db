import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { MessageInput } from "../../protocol/engine.ts";
import { jsonlRecords } from "../../scan/corpus/jsonl.ts";
import { badRecord } from "../../scan/corpus/problems.ts";
import type { CorpusFile, CorpusRecord } from "../../scan/corpus/types.ts";
import type { GradeRule } from "./grade.ts";
import { methodProblem } from "./problems.ts";

/** One line of a file of records, with what reading it further needs. */
export interface MethodRecord extends CorpusRecord {
  file: CorpusFile;
  record: Record<string, unknown>;
}

/**
 * Reads a JSON object a line.
 * @throws ProblemError `method-file-missing`, `method-file-empty`, `corpus-record-invalid` with file and line
 */
export async function methodRecords(path: string): Promise<MethodRecord[]> {
  if (!existsSync(path))
    throw methodProblem(
      "method-file-missing",
      `There is no file ${path}.`,
      "Name a file with a JSON object a line.",
      path,
    );
  const file: CorpusFile = { path, name: basename(path), bytes: 0, kind: "jsonl" };
  const records: MethodRecord[] = [];
  for await (const it of jsonlRecords(file, () => {}))
    records.push({ ...it, file, record: it.record as Record<string, unknown> });
  if (records.length > 0) return records;
  throw methodProblem("method-file-empty", `${path} holds no records.`, "Give a JSON object a line.", path);
}

/** A prompt in one of a record's fields: a text, or a list of messages `{role, content}`. @throws ProblemError */
export function promptIn(from: MethodRecord, field: string): MessageInput[] {
  const value = from.record[field];
  if (typeof value === "string" && value !== "") return [{ role: null, text: value }];
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage))
    return value.map(({ role, content }) => ({ role, text: content }));
  throw badRecord(
    from.file,
    from.where,
    `the field “${field}” is ${value === undefined ? "not there" : "neither a text nor a list of messages"}`,
    "Give it a text, or messages such as [{role, content}].",
  );
}

function isMessage(value: unknown): value is { role: string; content: string } {
  const { role, content } = (value ?? {}) as { role?: unknown; content?: unknown };
  return typeof role === "string" && typeof content === "string";
}

/** How a record says its completions are graded; null where it says nothing. @throws ProblemError */
export function ruleIn({ file, where, record }: MethodRecord): GradeRule | null {
  const { judge, words, regex } = record;
  if (judge === undefined && words === undefined && regex === undefined) return null;
  const texts = words === undefined || (Array.isArray(words) && words.every((it) => typeof it === "string"));
  if (texts && [judge, regex].every((it) => it === undefined || typeof it === "string"))
    return { judge, words, regex } as GradeRule;
  throw badRecord(
    file,
    where,
    "judge and regex are texts, and words is a list of them",
    "Mend or remove the line.",
  );
}
