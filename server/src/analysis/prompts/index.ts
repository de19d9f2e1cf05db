import { encodingProblem } from "./encoding.ts";
import { parseGithubModels } from "./github-models.ts";
import { parseDotprompt, parseMarkdown, parsePlain, parsePrompty } from "./text-formats.ts";
import type { PromptFile } from "./types.ts";

export { documentRange } from "./pieces.ts";
export type { Located, Piece, PromptFile, PromptFormat, PromptMessage, PromptProblem } from "./types.ts";

/**
 * Reads a prompt file: its messages as the model shall see them, each mapped to the document, and what is wrong with it.
 * Never throws; what cannot be understood becomes a problem and the rest is still read.
 */
export function parsePrompt(text: string, fileName: string): PromptFile {
  const unreadable = encodingProblem(text);
  if (unreadable) return { format: "text", messages: [], steerscope: {}, problems: [unreadable] };
  const name = fileName.toLowerCase();
  if (/\.prompt\.ya?ml$/.test(name)) return parseGithubModels(text);
  if (name.endsWith(".prompt.md")) return parseMarkdown(text, "prompt.md");
  if (name.endsWith(".instructions.md")) return parseMarkdown(text, "instructions.md");
  if (name.endsWith(".prompty")) return parsePrompty(text);
  if (name.endsWith(".prompt")) return parseDotprompt(text);
  return parsePlain(text);
}
