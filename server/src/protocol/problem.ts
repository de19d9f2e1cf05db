/** What a piece of input did wrong, in a form that a terminal, a diagnostic and JSON can all show. */
export interface Problem {
  /** Stable kebab-case identifier, e.g. `weights-truncated`. */
  code: string;
  /** What is wrong and where, one sentence. */
  message: string;
  /** What the user can do about it, one sentence. */
  remedy: string;
  /** Which part of the request the problem belongs to; decides where an editor puts it. */
  subject: "model" | "sae" | "prompt" | "recipe" | "probe" | "device" | "engine";
  /** The file at fault, where there is one. */
  path?: string;
}
