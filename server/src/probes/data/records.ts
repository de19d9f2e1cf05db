import type { CorpusFile, CorpusRecord } from "../../scan/corpus/types.ts";
import type { Columns, Level } from "../spec/types.ts";
import { badExample, fieldOf, numberOf, wordOf } from "./fields.ts";
import { type Example, type LabelledSpan, noLabel } from "./types.ts";

/** What decides how a record is read. */
export interface RecordReading {
  columns: Columns;
  level: Level;
  isNumber: boolean;
}

/** Every column that is read. */
export function wantedColumns({ text, label, span, spans, group, pair, split }: Columns): string[] {
  const named = [text, label, ...(span ?? []), spans?.column, group, pair, split];
  return named.filter((it) => it !== null && it !== undefined);
}

/**
 * The examples of a record: one, or with a list of spans one for each of them that has the attribute. A label that is missing
 * is "" (NaN of a number), and is told with all others like it.
 * @param folderLabel the label where the file's folder says it
 * @throws ProblemError `probe-text-missing`, `probe-span-outside`, `probe-span-invalid`, `probe-split-unknown`
 */
export function examplesOf(
  file: CorpusFile,
  record: CorpusRecord,
  reading: RecordReading,
  folderLabel: string | null,
): Example[] {
  const { columns, level, isNumber } = reading;
  const text = fieldOf(record, columns.text);
  if (typeof text !== "string")
    throw badExample(
      file,
      record,
      "probe-text-missing",
      text === undefined ? `there is no column “${columns.text}”` : `the column “${columns.text}” is no text`,
      "Name the column that holds the text with data.text (there are: {columns}).",
    );
  const optional = (column: string | null) => (column === null ? null : wordOf(fieldOf(record, column)));
  const base = {
    text,
    tokens: null,
    group: optional(columns.group),
    pair: optional(columns.pair),
    split: splitOf(file, record, columns.split),
    record: `${file.path}:${record.number}`,
    source: { path: file.path, line: record.number, where: `${file.name}, ${record.where}` },
  };
  if (columns.spans && level !== "text") {
    const spans = listedSpans(file, record, text, columns.spans);
    if (level === "token") return [{ ...base, span: null, label: noLabel, tokens: spans }];
    return spans.map(({ start, end, label }) => ({
      ...base,
      span: [start, end],
      label: read(label, isNumber),
    }));
  }
  const own = folderLabel ?? fieldOf(record, columns.label);
  const label = read(own, isNumber);
  const span = columns.span && level !== "text" ? ownSpan(file, record, text, columns.span) : null;
  if (level !== "token") return [{ ...base, span, label }];
  const [start, end] = span ?? [0, text.length];
  return [{ ...base, span: null, label: noLabel, tokens: [{ start, end, label: String(label) }] }];
}

const read = (value: unknown, isNumber: boolean): string | number =>
  isNumber ? numberOf(value) : (wordOf(value) ?? "");

function splitOf(file: CorpusFile, record: CorpusRecord, column: string | null): Example["split"] {
  if (column === null) return null;
  const written = wordOf(fieldOf(record, column));
  if (written === "train" || written === "test") return written;
  throw badExample(
    file,
    record,
    "probe-split-unknown",
    `the column “${column}” is ${written === null ? "empty" : `“${written}”`}`,
    "Write train or test there, or split otherwise.",
  );
}

function ownSpan(
  file: CorpusFile,
  record: CorpusRecord,
  text: string,
  [from, to]: [string, string],
): [number, number] {
  return inside(file, record, text, numberOf(fieldOf(record, from)), numberOf(fieldOf(record, to)));
}

function inside(
  file: CorpusFile,
  record: CorpusRecord,
  text: string,
  start: number,
  end: number,
): [number, number] {
  const isWhole = Number.isInteger(start) && Number.isInteger(end);
  if (isWhole && start >= 0 && end > start && end <= text.length) return [start, end];
  throw badExample(
    file,
    record,
    "probe-span-outside",
    `there is no stretch from ${start} to ${end} in a text of ${text.length} characters`,
    "Offsets are whole UTF-16 units from 0, the end behind the last character.",
  );
}

function listedSpans(
  file: CorpusFile,
  record: CorpusRecord,
  text: string,
  { column, attribute }: NonNullable<Columns["spans"]>,
): LabelledSpan[] {
  const listed = fieldOf(record, column);
  const list = typeof listed === "string" ? parsedList(listed) : listed;
  if (!Array.isArray(list))
    throw badExample(
      file,
      record,
      "probe-span-invalid",
      `the column “${column}” is no list of spans`,
      "Write it as [{ start, end, attribute, value }] (columns: {columns}).",
    );
  return list.flatMap((it: unknown) => {
    const span = { record: (it ?? {}) as object };
    if (attribute !== null && fieldOf(span, "attribute") !== attribute) return [];
    const offsets = [numberOf(fieldOf(span, "start")), numberOf(fieldOf(span, "end"))] as const;
    const [start, end] = inside(file, record, text, ...offsets);
    return [{ start, end, label: wordOf(fieldOf(span, "value") ?? fieldOf(span, "label")) ?? "" }];
  });
}

/** CSV has lists as text only. */
function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
