import { MessageBuilder } from "./pieces.ts";
import { type PromptMessage, type PromptProblem, problemAt } from "./types.ts";
import { appendFilled } from "./variables.ts";

/** A place where a new message begins: the mark itself, and the role it names. */
export interface RoleMark {
  start: number;
  end: number;
  role: string;
}

/** Roles that chat templates know. */
export const roles = ["system", "user", "assistant", "developer", "tool"];
const synonyms: Record<string, string> = { model: "assistant", human: "user", ai: "assistant" };

export function isRole(name: string): boolean {
  return roles.includes(name.toLowerCase());
}

/** The role that a chat template understands; an unknown one is kept as user, with a problem. */
export function roleNamed(
  name: string,
  place: { start: number; end: number },
  problems: PromptProblem[],
): string {
  const role = synonyms[name.toLowerCase()] ?? name.toLowerCase();
  if (isRole(role)) return role;
  problems.push(
    problemAt(
      place,
      "error",
      "role-unknown",
      `The role ${name} is unknown; its text is read as the user's.`,
      `Use one of ${roles.join(", ")}.`,
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
    const source = new MessageBuilder(document);
    source.verbatim(start, end);
    const builder = new MessageBuilder(document);
    appendFilled(builder, source.mapped(), values, problems);
    const message = builder.build(role, true);
    if (message.text !== "") messages.push(message);
  };
  add(first, body, marks[0]?.start ?? document.length);
  marks.forEach((mark, i) => {
    add(roleNamed(mark.role, mark, problems), mark.end, marks[i + 1]?.start ?? document.length);
  });
  return messages;
}
