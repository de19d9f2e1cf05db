import { existsSync } from "node:fs";
import { basename } from "node:path";
import { csvRecords } from "../../scan/corpus/csv.ts";
import { jsonlRecords } from "../../scan/corpus/jsonl.ts";
import { badRecord } from "../../scan/corpus/problems.ts";
import type { CorpusFile, CorpusRecord } from "../../scan/corpus/types.ts";
import { methodProblem } from "./problems.ts";

/** Texts that show something and texts that do not. */
export interface Contrast {
  positive: string[];
  negative: string[];
  /** Whether the i-th of each belong together. */
  paired: boolean;
}

/** Which of two labels is meant by “more”, where nobody says so; the first of each. */
const usual = [
  ["positive", "negative"],
  ["pos", "neg"],
  ["true", "false"],
  ["yes", "no"],
  ["1", "0"],
  ["1", "-1"],
];

/**
 * Reads a `.jsonl`, `.csv` or `.tsv` file: records with the fields `positive` and `negative` (pairs), or with `text` and
 * `label`, of which there are two.
 * @param positive which label is the positive one
 * @throws ProblemError `contrast-file-missing`, `contrast-file-invalid`, `corpus-record-invalid` with file and line,
 * `contrast-labels` where the labels do not say what is meant
 */
export async function readContrast(path: string, positive?: string): Promise<Contrast> {
  if (!existsSync(path))
    throw methodProblem("contrast-file-missing", `There is no file ${path}.`, "Name a file of pairs.", path);
  const kind = /\.jsonl$/i.test(path) ? "jsonl" : /\.[ct]sv$/i.test(path) ? "csv" : null;
  if (!kind)
    throw methodProblem(
      "contrast-file-invalid",
      `${path} is of no kind that pairs are read from.`,
      "Name a .jsonl, .csv or .tsv file.",
      path,
    );
  const file: CorpusFile = { path, name: basename(path), bytes: 0, kind };
  const pairs: Contrast = { positive: [], negative: [], paired: true };
  const byLabel = new Map<string, string[]>();
  for await (const record of (kind === "jsonl" ? jsonlRecords : csvRecords)(file, () => {})) {
    const isPair = isPairIn(file, record);
    if (isPair ? byLabel.size > 0 : pairs.positive.length > 0)
      throw badRecord(
        file,
        record.where,
        "it is of another kind than those before it",
        "Use one kind in a file.",
      );
    if (isPair) {
      pairs.positive.push(textOf(file, record, "positive"));
      pairs.negative.push(textOf(file, record, "negative"));
      continue;
    }
    const label = textOf(file, record, "label");
    const texts = byLabel.get(label) ?? [];
    byLabel.set(label, texts);
    texts.push(textOf(file, record, "text"));
  }
  return pairs.positive.length > 0 ? pairs : labelled(path, byLabel, positive);
}

function isPairIn(file: CorpusFile, { where, record }: CorpusRecord): boolean {
  if ("positive" in record && "negative" in record) return true;
  if ("text" in record && "label" in record) return false;
  const names = Object.keys(record).slice(0, 8).join(", ");
  throw badRecord(
    file,
    where,
    `it has neither the fields positive and negative nor text and label${names && ` (but ${names})`}`,
    "Name the fields so.",
  );
}

/** What a field says; labels may also be numbers or true and false. */
function textOf(file: CorpusFile, { where, record }: CorpusRecord, field: string): string {
  const value = (record as Record<string, unknown>)[field];
  const isLabel = field === "label" && (typeof value === "number" || typeof value === "boolean");
  if (isLabel) return String(value);
  if (typeof value === "string" && value !== "") return value;
  throw badRecord(
    file,
    where,
    `the field “${field}” is ${value === "" ? "empty" : "no text"}`,
    "Mend or remove the line.",
  );
}

function labelled(path: string, byLabel: Map<string, string[]>, positive: string | undefined): Contrast {
  const labels = [...byLabel.keys()];
  const shown = labels
    .slice(0, 8)
    .map((label) => `“${label}”`)
    .join(", ");
  if (labels.length !== 2)
    throw methodProblem(
      "contrast-labels",
      labels.length === 0
        ? `${path} holds no texts.`
        : `${path} has ${labels.length} labels (${shown}), not two.`,
      "Use a file of pairs, or of texts with two labels.",
      path,
    );
  const known = usual.find((pair) => pair.every((label) => labels.some((it) => it.toLowerCase() === label)));
  const first = labels.find(
    (label) => label === positive || (positive === undefined && label.toLowerCase() === known?.[0]),
  );
  if (first === undefined)
    throw methodProblem(
      "contrast-labels",
      `${path} has the labels ${shown}, and ${positive === undefined ? "none of them is known to be the positive one" : `none of them is “${positive}”`}.`,
      "Say which one the vector should point to (on the command line --positive LABEL).",
      path,
    );
  const other = labels.find((label) => label !== first) as string;
  return {
    positive: byLabel.get(first) as string[],
    negative: byLabel.get(other) as string[],
    paired: false,
  };
}
