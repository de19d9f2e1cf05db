import type { Writer } from "./writer.ts";

/** Who speaks in a chat. */
export type Role = "system" | "user" | "assistant";

/** Opens a ChatML turn: what follows belongs to `role` until `closeTurn`. */
export function openTurn(writer: Writer, role: Role): number {
  writer.add(`<|im_start|>${role}\n`);
  return writer.text.length;
}

/** Closes the turn that began at `start`, and marks its content with the role. */
export function closeTurn(writer: Writer, role: Role, start: number): void {
  writer.mark("role", role, start);
  writer.add("<|im_end|>\n");
}

/** A whole turn of plain content with marks. */
export function turn(
  writer: Writer,
  role: Role,
  content: string,
  marks: Readonly<Record<string, string>> = {},
): void {
  const start = openTurn(writer, role);
  writer.add(content, marks);
  closeTurn(writer, role, start);
}
