import { ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { type Alike, type ContrastText, type FeaturesParams, MOST_ROWS } from "../protocol/explore.ts";

/** UTF-16 units of a text of a contrast; more belongs into a file. */
const LONGEST_TEXT = 4_000;
/** Example texts of one search: each is a run of the model. */
const MOST_TEXTS = 50;

/** @throws ResponseError `InvalidParams` saying what to ask instead. */
export function checkExplore({ query, offset, count }: FeaturesParams): void {
  if (!Number.isInteger(offset) || offset < 0) throw wrong("“offset” is a whole number from 0 on.");
  if (!Number.isInteger(count) || count < 0 || count > MOST_ROWS)
    throw wrong(`“count” is a whole number from 0 to ${MOST_ROWS}: ask for the rows that are shown.`);
  if (typeof query !== "object" || query === null) throw wrong("“query” is an object; {} asks for all.");
  if (query.like) checkTexts(query.like.texts);
  if (query.alike) checkAlike(query.alike);
  if (
    query.meaning !== undefined &&
    (typeof query.meaning !== "string" || query.meaning.length > LONGEST_TEXT)
  )
    throw wrong(`“meaning” is a text of at most ${LONGEST_TEXT} characters.`);
  for (const key of ["minOutput", "minInput"] as const)
    if (query[key] !== undefined && !(query[key] >= 0 && query[key] <= 1))
      throw wrong(`“${key}” is a number from 0 to 1.`);
  if (!query.contrast) return;
  const { on, against } = query.contrast;
  if (!on) throw wrong("A contrast needs “on”, the text to look at.");
  for (const side of against ? [on, against] : [on]) checkSide(side);
}

function checkTexts(texts: unknown): void {
  const fits =
    Array.isArray(texts) && texts.length > 0 && texts.length <= MOST_TEXTS && texts.every((it) => isText(it));
  if (!fits)
    throw wrong(`“like.texts” holds 1 to ${MOST_TEXTS} texts of at most ${LONGEST_TEXT} characters each.`);
}

function isText(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "" && text.length <= LONGEST_TEXT;
}

function checkAlike(alike: Alike): void {
  const fits =
    "token" in alike
      ? typeof alike.token === "string" && alike.token !== ""
      : typeof alike.sae === "string" && Number.isInteger(alike.feature) && alike.feature >= 0;
  if (!fits || (alike.model !== undefined && typeof alike.model !== "string"))
    throw wrong("“alike” names a latent by “sae” and “feature”, or a “token”; and perhaps another “model”.");
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
