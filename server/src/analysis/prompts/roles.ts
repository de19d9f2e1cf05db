import { MessageBuilder } from "./pieces.ts";
import { type PromptMessage, type PromptProblem, problemAt } from "./types.ts";
import { appendFilled } from "./variables.ts";

/** A place where a new message begins: the mark itself, and the role it names. */
export interface RoleMark {
  start: number;
  end: number;
  role: string;
}

const known = new Set(["system", "user", "assistant", "developer", "tool"]);
const synonyms: Record<string, string> = { model: "assistant", human: "user", ai: "assistant" };

/** The role that a chat template understands; an unknown one is kept as user, with a problem. */
export function roleNamed(
  name: string,
  place: { start: number; end: number },
  problems: PromptProblem[],
): string {
  const role = synonyms[name.toLowerCase()] ?? name.toLowerCase();
  if (known.has(role)) return role;
  problems.push(
    problemAt(
      place,
      "error",
      "role-unknown",
      `The role ${name} is unknown; its text is read as the user's.`,
      `Use one of ${[...known].join(", ")}.`,
    ),
  );
  return "user";
}

/** Cuts a body at its role marks. Text before the first is `first`'s; empty messages are left out; ends are trimmed. */
export function splitByRoles(
  document: string,
  body: number,
  marks: RoleMark[],
  first: string | null,
  values: Map<string, string>,
  problems: PromptProblem[],
): PromptMessage[] {
  const messages: PromptMessage[] = [];
  const add = (role: string | null, start: number, end: number) => {
    const builder = new MessageBuilder(document);
    appendFilled(builder, document, start, end, values, problems);
    const message = builder.build(role, true);
    if (message.text !== "") messages.push(message);
  };
  add(first, body, marks[0]?.start ?? document.length);
  marks.forEach((mark, i) => {
    add(roleNamed(mark.role, mark, problems), mark.end, marks[i + 1]?.start ?? document.length);
  });
  return messages;
}
