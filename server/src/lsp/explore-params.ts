import { ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { type ContrastText, type FeaturesParams, MOST_ROWS } from "../protocol/explore.ts";

/** UTF-16 units of a text of a contrast; more belongs into a file. */
const LONGEST_TEXT = 4_000;

/** @throws ResponseError `InvalidParams` saying what to ask instead. */
export function checkExplore({ query, offset, count }: FeaturesParams): void {
  if (!Number.isInteger(offset) || offset < 0) throw wrong("“offset” is a whole number from 0 on.");
  if (!Number.isInteger(count) || count < 0 || count > MOST_ROWS)
    throw wrong(`“count” is a whole number from 0 to ${MOST_ROWS}: ask for the rows that are shown.`);
  if (typeof query !== "object" || query === null) throw wrong("“query” is an object; {} asks for all.");
  for (const key of ["minOutput", "minInput"] as const)
    if (query[key] !== undefined && !(query[key] >= 0 && query[key] <= 1))
      throw wrong(`“${key}” is a number from 0 to 1.`);
  if (!query.contrast) return;
  const { on, against } = query.contrast;
  if (!on) throw wrong("A contrast needs “on”, the text to look at.");
  for (const side of against ? [on, against] : [on]) checkSide(side);
}

function checkSide(side: ContrastText): void {
  if ("text" in side) {
    if (typeof side.text !== "string" || side.text.trim() === "")
      throw wrong("A text of a contrast is empty. Type or select some.");
    if (side.text.length > LONGEST_TEXT) {
      throw wrong(
        `A text is longer than ${LONGEST_TEXT} characters. Put it into a file and select it there.`,
      );
    }
  } else if (!Array.isArray(side.places) || side.places.every(({ text }) => text === "")) {
    throw wrong("No text is selected for the contrast. Select some.");
  }
}

function wrong(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}
