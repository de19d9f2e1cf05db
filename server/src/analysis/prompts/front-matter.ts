import { type PromptProblem, problemAt } from "./types.ts";
import { type ParsedYaml, parseYaml } from "./yaml.ts";

export interface FrontMatter {
  /** Null where the file has none, or where it is broken beyond use. */
  yaml: ParsedYaml | null;
  /** Offset of the YAML in the document. */
  offset: number;
  /** Offset of the text behind it. */
  body: number;
  problems: PromptProblem[];
}

/** Splits off YAML between two lines of `---` at the start of a file (a byte order mark is passed over). */
export function splitFrontMatter(text: string): FrontMatter {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const open = /^---[ \t]*(\r\n|\n|\r|$)/.exec(text.slice(mark));
  if (!open) return { yaml: null, offset: mark, body: mark, problems: [] };
  const offset = mark + open[0].length;
  const close = /^---[ \t]*(\r\n|\n|\r|$)/m.exec(text.slice(offset));
  if (!close) {
    const problem = problemAt(
      { start: mark, end: mark + 3 },
      "error",
      "front-matter-unclosed",
      "The front matter has no closing line of ---.",
      "Add it; until then the whole file is read as text.",
    );
    return { yaml: null, offset, body: mark, problems: [problem] };
  }
  const yaml = parseYaml(text.slice(offset, offset + close.index), offset);
  return { yaml, offset, body: offset + close.index + close[0].length, problems: yaml.problems };
}
