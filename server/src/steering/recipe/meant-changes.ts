import { type Document, parseDocument } from "yaml";
import { changed, type TextChange } from "./yaml-text.ts";

/**
 * Changes of a YAML text that change what is meant, and nothing else.
 * @param change makes them; the document keeps its source tokens
 * @param meant what the text is to say: given the data of the text before, which it may change
 * @throws Error where the text is broken, or more than that would change (through an anchor, say)
 */
export function meantChanges<T>(
  text: string,
  change: (document: Document.Parsed) => TextChange[],
  meant: (data: T) => unknown,
): TextChange[] {
  const document = parseDocument(text, { keepSourceTokens: true, logLevel: "error" });
  if (document.errors.length > 0) throw new Error("It is broken YAML.");
  const changes = change(document);
  const wanted = meant(plain(document) as T);
  const after = parseDocument(changed(text, changes), { logLevel: "error" });
  if (after.errors.length > 0 || JSON.stringify(plain(after)) !== JSON.stringify(wanted))
    throw new Error("More than that would change.");
  return changes;
}

/** As data of its own in every place: what an alias stands for is copied. */
function plain(document: { toJS(): unknown }): unknown {
  return JSON.parse(JSON.stringify(document.toJS()));
}
