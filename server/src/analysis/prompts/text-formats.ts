import { splitFrontMatter } from "./front-matter.ts";
import { MessageBuilder } from "./pieces.ts";
import { type RoleMark, splitByRoles } from "./roles.ts";
import { type PromptFile, type PromptProblem, problemAt } from "./types.ts";
import { steerscopeOf, valuesAt } from "./yaml.ts";

type Paths = (string | number)[][];

function open(text: string, defaults: Paths) {
  const front = splitFrontMatter(text);
  const problems: PromptProblem[] = [...front.problems];
  const values = new Map<string, string>();
  for (const path of defaults)
    if (front.yaml) for (const [key, value] of valuesAt(front.yaml, path)) values.set(key, value);
  const steerscope = front.yaml ? steerscopeOf(front.yaml, front.offset) : {};
  return { front, problems, values, steerscope };
}

/** Dotprompt: `{{role "…"}}` begins a message, text before the first is the user's, `input.default` fills variables. */
export function parseDotprompt(text: string): PromptFile {
  const { front, problems, values, steerscope } = open(text, [["input", "default"]]);
  const marks: RoleMark[] = [...text.matchAll(/\{\{\s*role\s+["']([^"']*)["']\s*\}\}/g)]
    .filter((match) => match.index >= front.body)
    .map((match) => ({ start: match.index, end: match.index + match[0].length, role: match[1] }));
  const messages = splitByRoles(text, front.body, marks, "user", values, problems);
  return { format: "prompt", messages, steerscope, problems };
}

/** Prompty: `system:`, `user:`, `assistant:` on lines of their own; `sample` or the defaults of `inputs` fill variables. */
export function parsePrompty(text: string): PromptFile {
  const { front, problems, values, steerscope } = open(text, [["inputs"], ["sample"]]);
  const marks: RoleMark[] = [...text.matchAll(/^[ \t]*#?[ \t]*(\w+)(?:\[[^\]\n]*\])?:[ \t]*$/gm)]
    .filter(
      (match) => match.index >= front.body && /^(system|user|assistant|developer|tool)$/i.test(match[1]),
    )
    .map((match) => ({ start: match.index, end: match.index + match[0].length, role: match[1] }));
  const messages = splitByRoles(text, front.body, marks, "system", values, problems);
  return { format: "prompty", messages, steerscope, problems };
}

/** `.prompt.md` is one message of the user, `.instructions.md` one of the system; `${input:name}` stays as written. */
export function parseMarkdown(text: string, format: "prompt.md" | "instructions.md"): PromptFile {
  const { front, problems, values, steerscope } = open(text, []);
  const role = format === "prompt.md" ? "user" : "system";
  return {
    format,
    messages: splitByRoles(text, front.body, [], role, values, problems),
    steerscope,
    problems,
  };
}

/** Plain text goes to the model as it is. */
export function parsePlain(text: string): PromptFile {
  const problems: PromptProblem[] = [];
  const builder = new MessageBuilder(text);
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  builder.verbatim(start, text.length);
  const message = builder.build(null, false);
  return { format: "text", messages: message.text ? [message] : [], steerscope: {}, problems };
}

/** A file with many NULs is no text. */
export function binaryProblem(text: string): PromptProblem | null {
  const head = text.slice(0, 8192);
  const nuls = head.split("\0").length - 1;
  if (nuls < 8 || nuls < head.length / 100) return null;
  return problemAt(
    { start: 0, end: Math.min(1, text.length) },
    "error",
    "binary-file",
    "This is a binary file, not a prompt.",
    "Open a text file.",
  );
}
