import type { PreparedDocument } from "../analysis/document.ts";
import { Lines } from "../analysis/lines.ts";
import { resolveSetup, type SetupRequest } from "../analysis/setup.ts";
import type { NamedSetup } from "./named-setup.ts";

/** What decides which model and SAEs a file is for; its own keys `model` and `saes` count over settings as a front matter does. */
export interface FileSource extends Omit<SetupRequest, "frontMatter"> {
  /** Names the file to the engine and to the user. */
  key: string;
  fileName: string;
  text: string;
  named: NamedSetup;
}

/** A recipe or a probe as a document with a set-up of its own; it has no text that a model reads. */
export function prepareFile(source: FileSource): PreparedDocument {
  const { key, fileName, text, named } = source;
  const frontMatter = {
    ...(named.model && { model: named.model }),
    ...(named.saes && { saes: named.saes }),
  };
  const setup = resolveSetup({ ...source, frontMatter });
  return {
    key,
    fileName,
    lines: new Lines(text),
    prompt: { format: "text", messages: [], steerscope: frontMatter, problems: [] },
    setup,
    problems: setup.problems.map((problem) => ({ ...problem, severity: "warning" })),
  };
}
