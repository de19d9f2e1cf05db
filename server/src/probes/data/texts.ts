import { readFileSync } from "node:fs";
import { Lines } from "../../analysis/lines.ts";
import { documentRange, parsePrompt } from "../../analysis/prompts/index.ts";
import type { CorpusFile } from "../../scan/corpus/types.ts";
import { numberOf } from "./fields.ts";
import { unmarked } from "./marks.ts";
import type { RecordReading } from "./records.ts";
import { type Example, noLabel } from "./types.ts";

/**
 * The examples of a text or prompt file: at text level each of its messages, with the label of its folder; at span level each
 * marked stretch; at token level each message with its stretches. Marks are taken out of the text at every level. Messages without text are passed over.
 */
export function fileExamples(
  file: CorpusFile,
  { columns, level, isNumber }: RecordReading,
  folderLabel: string | null,
): Example[] {
  const document = readFileSync(file.path, "utf8").replace(/^\uFEFF/, "");
  const lines = new Lines(document);
  const wanted = columns.spans?.attribute ?? null;
  const read = (label: string): string | number => (isNumber ? numberOf(label) : label);
  return parsePrompt(document, file.name).messages.flatMap((message): Example[] => {
    const { text, spans: marked, origins } = unmarked(message.text);
    if (text.trim() === "") return [];
    const spans = marked.filter(({ attribute }) => wanted === null || attribute === wanted);
    const at = (start: number) => {
      const line = lines.position(documentRange(message, origins[start], origins[start] + 1).start).line + 1;
      return { path: file.path, line, where: `${file.name}, line ${line}` };
    };
    const base = { text, tokens: null, group: null, pair: null, split: null, record: file.path };
    if (level === "text") return [{ ...base, span: null, label: read(folderLabel ?? ""), source: at(0) }];
    if (level === "token") {
      const tokens = spans.map(({ start, end, label }) => ({ start, end, label }));
      return [{ ...base, span: null, label: noLabel, tokens, source: at(0) }];
    }
    return spans.map(({ start, end, label }) => ({
      ...base,
      span: [start, end],
      label: read(label),
      source: at(start),
    }));
  });
}
