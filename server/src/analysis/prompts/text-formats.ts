import { splitFrontMatter } from "./front-matter.ts";
import { MessageBuilder } from "./pieces.ts";
import { isRole, type RoleMark, roles, splitByRoles } from "./roles.ts";
import { steerscopeOf } from "./steerscope-key.ts";
import { type PromptFile, type PromptProblem, problemAt } from "./types.ts";
import { valuesAt } from "./yaml.ts";

/** Where a front matter keeps the values of variables; `declared` where it keeps declarations with defaults. */
interface Values {
  path: string[];
  declared?: boolean;
}

function open(text: string, defaults: Values[]) {
  const front = splitFrontMatter(text);
  const problems: PromptProblem[] = [...front.problems];
  const values = new Map<string, string>();
  for (const { path, declared } of defaults)
    if (front.yaml) for (const [key, value] of valuesAt(front.yaml, path, declared)) values.set(key, value);
  const steerscope = front.yaml ? steerscopeOf(front.yaml, front.offset, problems) : {};
  return { front, problems, values, steerscope };
}

/** Dotprompt: `{{role "…"}}` begins a message, text before the first is the user's, `input.default` fills variables. */
export function parseDotprompt(text: string): PromptFile {
  const { front, problems, values, steerscope } = open(text, [{ path: ["input", "default"] }]);
  const marks: RoleMark[] = [...text.matchAll(/\{\{\s*role\s+["']([^"']*)["']\s*\}\}/g)]
    .filter((match) => match.index >= front.body)
    .map((match) => ({ start: match.index, end: match.index + match[0].length, role: match[1] }));
  const messages = splitByRoles(text, front.body, marks, "user", values, problems);
  return { format: "prompt", messages, steerscope, problems };
}

/** Prompty: `system:`, `user:`, `assistant:` on lines of their own; `sample` or the defaults of `inputs` fill variables. */
export function parsePrompty(text: string): PromptFile {
  const { front, problems, values, steerscope } = open(text, [
    { path: ["inputs"], declared: true },
    { path: ["sample"] },
  ]);
  const marks: RoleMark[] = [];
  for (const match of text.matchAll(/^[ \t]*#?[ \t]*(\w+)(?:\[[^\]\n]*\])?:[ \t]*\r?$/gm)) {
    if (match.index < front.body) continue;
    const mark = { start: match.index, end: match.index + match[0].length, role: match[1] };
    if (isRole(match[1])) marks.push(mark);
    // A heading of the text, like “Examples:”, is written with a capital; roles seldom are.
    else if (match[1] === match[1].toLowerCase()) problems.push(noRole(mark));
  }
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

function noRole({ start, end, role }: RoleMark): PromptProblem {
  return problemAt(
    { start, end },
    "warning",
    "role-unknown",
    `${role} is no role that is known, so this line and what follows are text of the message above.`,
    `Use one of ${roles.join(", ")}, or write it with a capital if it is text.`,
  );
}
