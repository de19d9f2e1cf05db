import { Analyser } from "../analysis/analyser.ts";
import type { DocumentAnalysis } from "../analysis/document.ts";
import { prepare } from "../analysis/prepare.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { withEngine } from "./engine.ts";
import type { PromptSource } from "./prompt-source.ts";

/** What a command prints: the result, and remarks on the prompt as `line:column: …`. */
export interface Worked<Result> {
  result: Result;
  remarks: string[];
}

/**
 * Analyses a prompt with an engine of our own, which `work` may ask for more before it ends.
 * @param probes files of trained probes that are to read it, those on attention too
 */
export function analyseHere<Result>(
  source: PromptSource,
  work: (document: DocumentAnalysis, host: EngineHost, analyser: Analyser) => Result | Promise<Result>,
  probes: string[] = [],
): Promise<Worked<Result>> {
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
    const analyser = new Analyser(host, { skipBrokenSaes: false });
    const document = await analyser.analyse(prepared, undefined, probes, true);
    return {
      result: await work(document, host, analyser),
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
