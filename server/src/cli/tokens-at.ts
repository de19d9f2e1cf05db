import { ProblemError } from "../host/problem-error.ts";
import type { InspectToken, Position } from "../protocol/inspect.ts";

/**
 * The tokens whose range holds a place.
 * @throws ProblemError `no-token-there`
 */
export function tokensAt<Token extends InspectToken>(
  { tokens, file }: { tokens: Token[]; file: string },
  at: Position,
): Token[] {
  const found = tokens.filter(({ range }) => range && !before(at, range.start) && before(at, range.end));
  if (found.length > 0) return found;
  throw new ProblemError({
    code: "no-token-there",
    message: `There is no token at ${at.line + 1}:${at.character + 1} of ${file}.`,
    remedy: "Name a place inside a message's text; lines and columns count from 1.",
    subject: "prompt",
  });
}

function before(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
