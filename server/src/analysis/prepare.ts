import type { Settings } from "../protocol/settings.ts";
import type { PlacedProblem, PreparedDocument } from "./document.ts";
import { Lines } from "./lines.ts";
import { parsePrompt } from "./prompts/index.ts";
import { resolveSetup, type SetupRequest } from "./setup.ts";

/** A text as it came from an editor or a disk, and all that decides how it is read. */
export interface SourceDocument {
  /** Names the document to the engine: newer text under one key reuses what is the same. */
  key: string;
  /** As the user would name it; its ending decides the prompt format. */
  fileName: string;
  text: string;
  /** Path of the file, null for a document that has none. */
  file: string | null;
  /** Folder that relative paths in the settings start from. */
  folder: string | null;
  settings: Settings;
  /** What the user named for this run, as {@link SetupRequest.override}. */
  override?: SetupRequest["override"];
  /** Whether paths named by the document may be loaded. */
  trusted: boolean;
}

/** UTF-16 units of a document that are read; far beyond any context, and what follows is said to be left out. */
export const LONGEST_TEXT = 1_000_000;

/** Reads a document as far as that goes without a model: messages, set-up, and what is wrong with them. */
export function prepare(source: SourceDocument): PreparedDocument {
  const { text } = source;
  const problems: PlacedProblem[] = [];
  let read = text;
  if (text.length > LONGEST_TEXT) {
    const end = isHighSurrogate(text.charCodeAt(LONGEST_TEXT - 1)) ? LONGEST_TEXT - 1 : LONGEST_TEXT;
    read = text.slice(0, end);
    problems.push({
      code: "prompt-too-large",
      message: `Only the first ${end.toLocaleString("en")} of ${text.length.toLocaleString("en")} characters are read.`,
      remedy: "Split the file to see the rest.",
      subject: "prompt",
      start: end,
      end: text.length,
      severity: "warning",
    });
  }
  const prompt = parsePrompt(read, source.fileName);
  const setup = resolveSetup({
    frontMatter: prompt.steerscope,
    settings: source.settings,
    file: source.file,
    folder: source.folder,
    override: source.override,
    trusted: source.trusted,
  });
  for (const problem of setup.problems) problems.push({ ...problem, severity: "warning" });
  return {
    key: source.key,
    fileName: source.fileName,
    lines: new Lines(text),
    prompt,
    setup,
    problems: [...prompt.problems, ...problems],
  };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
