import { type PromptProblem, problemAt } from "./types.ts";

/** UTF-16 units looked at. */
const LOOKED_AT = 8192;
/** This few odd characters prove nothing. */
const FEW = 8;
/** Share of odd characters from which on a file is no text. */
const MUCH = 0.1;

/** Characters that text does not hold, or holds seldom: C0 controls but for white space, bell, backspace and escape; U+FFFD. */
const odd = /[\0-\x06\x0e-\x1a\x1c-\x1f\ufffd]/g;

/** A file that was read as UTF-8 and is something else. */
export function encodingProblem(text: string): PromptProblem | null {
  const head = text.slice(0, LOOKED_AT);
  const place = { start: 0, end: Math.min(1, text.length) };
  if (isUtf16(head)) {
    return problemAt(place, "error", "file-utf-16", "This file is UTF-16, not UTF-8.", "Save it as UTF-8.");
  }
  const count = head.match(odd)?.length ?? 0;
  if (count < FEW || count < head.length * MUCH) return null;
  return problemAt(
    place,
    "error",
    "binary-file",
    "This is a binary file, or text in another encoding than UTF-8.",
    "Open a text file, or save this one as UTF-8.",
  );
}

/** Every second byte of Western text in UTF-16 is 0; its byte order mark reads as two U+FFFD. */
function isUtf16(head: string): boolean {
  const body = head.startsWith("\ufffd\ufffd") ? head.slice(2) : head;
  const marked = body !== head;
  const at = [0, 0];
  for (let i = 0; i < body.length; i++) if (body[i] === "\0") at[i % 2]++;
  const [few, many] = [Math.min(...at), Math.max(...at)];
  return many >= (marked ? 1 : FEW) && many > body.length / 4 && few <= many / 10;
}
