import {
  type CancellationToken,
  type DocumentSymbol,
  type DocumentSymbolParams,
  SymbolKind,
} from "vscode-languageserver/node";
import { documentRange } from "../analysis/prompts/index.ts";
import type { Session } from "./session.ts";

const LONGEST_DETAIL = 60;

/** `textDocument/documentSymbol`: the messages of a prompt file, by role. */
export async function documentSymbols(
  session: Session,
  { textDocument }: DocumentSymbolParams,
  token: CancellationToken,
): Promise<DocumentSymbol[]> {
  const read = await session.documents.read(textDocument.uri, token).catch(() => null);
  if (!read) return [];
  const { prompt, lines } = read.document;
  return prompt.messages.map((message) => {
    const place = documentRange(message, 0, message.text.length);
    const range = lines.range(place.start, place.end);
    const detail = message.text.trim().replace(/\s+/g, " ");
    return {
      name: message.role ?? "text",
      detail: detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail,
      kind: SymbolKind.String,
      range,
      selectionRange: range,
    };
  });
}
