import type { Problem } from "../../protocol/problem.ts";

export type PromptFormat = "prompt" | "prompt.md" | "instructions.md" | "prompty" | "prompt.yml" | "text";

/** A value and where it stands in the document, UTF-16 offsets. */
export interface Located<T> {
  value: T;
  start: number;
  end: number;
}

/** A stretch of a message's text and the stretch of the document it comes from. */
export interface Piece {
  start: number;
  end: number;
  docStart: number;
  docEnd: number;
  /** Character for character the same; else the whole piece belongs to the whole stretch (a filled variable, an escape). */
  verbatim: boolean;
}

export interface PromptMessage {
  /** Null for plain text that no chat template should touch. */
  role: string | null;
  /** What the model sees. */
  text: string;
  pieces: Piece[];
}

export interface PromptProblem extends Problem {
  start: number;
  end: number;
  severity: "error" | "warning" | "information";
}

export interface PromptFile {
  format: PromptFormat;
  messages: PromptMessage[];
  /** `steer`: the recipes that steer its model, as paths. */
  steerscope: { model?: Located<string>; saes?: Located<string>[]; steer?: Located<string>[] };
  problems: PromptProblem[];
}

/** Makes a problem of the prompt's text at a place in it. */
export function problemAt(
  place: { start: number; end: number },
  severity: PromptProblem["severity"],
  code: string,
  message: string,
  remedy: string,
): PromptProblem {
  return { code, message, remedy, subject: "prompt", severity, start: place.start, end: place.end };
}
