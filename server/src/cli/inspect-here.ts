import { Analyser } from "../analysis/analyser.ts";
import { toInspect } from "../analysis/inspect.ts";
import { prepare } from "../analysis/prepare.ts";
import type { InspectResult } from "../protocol/inspect.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { withEngine } from "./engine.ts";
import type { PromptSource } from "./prompt-source.ts";

/** What a command prints: the result, and remarks on the prompt as `line:column: …`. */
export interface Inspected {
  result: InspectResult;
  remarks: string[];
}

export interface InspectWishes {
  topK: number;
  /** Features as hovers choose them rather than strongest first. */
  ranked: boolean;
  /** Tokens with what the model expected at and after them. */
  guesses: boolean;
}

/** Analyses a prompt with an engine of our own. */
export function inspectHere(source: PromptSource, wishes: InspectWishes): Promise<Inspected> {
  return withEngine(async (host) => {
    const prepared = prepare({
      key: source.path,
      fileName: source.fileName,
      text: source.text,
      file: source.path,
      folder: process.cwd(),
      settings: defaultSettings,
      override: source.override,
      trusted: true,
    });
    const document = await new Analyser(host, { skipBrokenSaes: false }).analyse(prepared);
    return {
      result: toInspect(document, {
        topK: wishes.topK,
        ranking: wishes.ranked ? defaultSettings : undefined,
        guesses: wishes.guesses,
      }),
      remarks: document.problems.map((problem) => {
        const { line, character } = document.lines.position(problem.start);
        return remark(line, character, problem.severity, `${problem.message} ${problem.remedy}`);
      }),
    };
  });
}

/** One remark as editors and compilers write it: lines and columns from 1. */
export function remark(line: number, character: number, severity: string, text: string): string {
  return `${line + 1}:${character + 1}: ${severity}: ${text}`;
}
