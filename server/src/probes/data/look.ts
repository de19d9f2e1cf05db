import { toProblem } from "../../host/problem-error.ts";
import { columnsOf } from "../../scan/corpus/columns.ts";
import { nearest } from "../../yaml/nearest.ts";
import type { Columns, ProbeSpec } from "../spec/types.ts";
import { labelledFiles, namedFiles } from "./files.ts";
import type { DataProblem } from "./types.ts";

/**
 * What can be said of data without reading all of it: whether its files are there, and whether the first one with columns has
 * those that the specification names. Never throws.
 * @param folder where relative paths start
 */
export async function lookAtData(
  { data, columns, level }: Pick<ProbeSpec, "data" | "columns" | "level">,
  folder: string,
): Promise<{ columns: string[]; problems: DataProblem[] }> {
  if (data.kind === "tinytown") return { columns: [], problems: [] };
  const at = data.kind === "files" ? "data.files" : "data.folder";
  try {
    const files = data.kind === "files" ? namedFiles(data.files, folder) : labelledFiles(data.folder, folder);
    const first = files.find(({ kind }) => kind !== "text" && kind !== "prompt");
    if (!first) return { columns: [], problems: [] };
    const found = await columnsOf(first);
    const needsLabel = data.kind === "files" && (columns.spans === null || level === "text");
    const problems = namedColumns(columns, needsLabel).flatMap(([path, name]): DataProblem[] => {
      if (found.length === 0 || found.includes(name)) return [];
      const meant = nearest(name, found);
      return [
        {
          code: "probe-column-missing",
          message: `${first.name} has no column “${name}”.`,
          remedy: meant ? `Did you mean “${meant}”?` : `Its columns are ${found.slice(0, 12).join(", ")}.`,
          subject: "probe",
          severity: "error",
          at: path,
        },
      ];
    });
    return { columns: found, problems };
  } catch (error) {
    return { columns: [], problems: [{ ...toProblem(error), severity: "error", at }] };
  }
}

/** Columns that are named, or meant by leaving them out, each with its path in the specification. */
function namedColumns(
  { text, label, span, spans, group, pair, split }: Columns,
  needsLabel: boolean,
): [path: string, name: string][] {
  const all: [string, string | null | undefined][] = [
    ["data.text", text],
    ["data.label", needsLabel ? label : null],
    ["data.span.0", span?.[0]],
    ["data.span.1", span?.[1]],
    ["data.spans.column", spans?.column],
    ["data.group", group],
    ["data.pair", pair],
    ["data.split", split],
  ];
  return all.filter((it): it is [string, string] => typeof it[1] === "string");
}
