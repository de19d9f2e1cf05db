import { readFileSync } from "node:fs";
import type { Problem } from "../../protocol/problem.ts";
import { EngineError } from "../errors.ts";

export type JsonObject = Record<string, unknown>;

/** What to say of a file that does not hold what it should. */
export interface Blame {
  code: string;
  subject: Problem["subject"];
  remedy: string;
}

/** True for `{…}`: not null, no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a file that holds one JSON object.
 * @throws EngineError with `blame`'s code, naming the file and, where it is known, the line
 */
export function readJsonObject(path: string, blame: Blame): JsonObject {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw problem(path, `cannot be read: ${code ?? message}`, blame);
  }
  return parseJsonObject(text, path, blame);
}

/**
 * The JSON object that `text`, a part of the file `path`, spells.
 * @throws EngineError with `blame`'s code
 */
export function parseJsonObject(text: string, path: string, blame: Blame): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const line = lineOf(message, text);
    throw problem(line ? `${path}, line ${line},` : path, `is not JSON: ${plain(message)}`, blame, path);
  }
  if (!isObject(value)) throw problem(path, `holds ${nameOf(value)} where a JSON object should be`, blame);
  return value;
}

function problem(where: string, what: string, blame: Blame, path = where): EngineError {
  return new EngineError({ ...blame, message: `${where} ${what}.`, path });
}

/** Line of a syntax error: engines give a position, or say that the text ended; null where they give only a snippet. */
function lineOf(message: string, text: string): number | null {
  const position = /at position (\d+)/.exec(message);
  const at = position ? Number(position[1]) : /unexpected end/i.test(message) ? text.trimEnd().length : null;
  return at === null ? null : text.slice(0, at).split("\n").length;
}

/** The reason alone: without the place, which the line tells, and without a snippet that may span lines. */
const plain = (message: string) =>
  message.replace(/( in JSON)? at position[\s\S]*$/, "").replace(/, ["'.][\s\S]* is not valid JSON$/, "");

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
