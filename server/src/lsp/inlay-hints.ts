import type { InlayHint, InlayHintParams } from "vscode-languageserver/node";
import { surprisingTokens } from "../analysis/summary.ts";
import { figure, percent, shown } from "./markdown.ts";
import type { Session } from "./session.ts";

/** `textDocument/inlayHint`: surprisal behind each token the model did not expect, where the setting asks for it. */
export function inlayHints(session: Session, { textDocument, range }: InlayHintParams): InlayHint[] {
  const outcome = session.documents.current(textDocument.uri);
  if (outcome?.kind !== "done" || !outcome.settings.inlayHints) return [];
  const { document } = outcome;
  const { lines } = document;
  return surprisingTokens(document, lines.offset(range.start), lines.offset(range.end)).map((it) => ({
    position: lines.position(it.end),
    label: `${figure(it.surprisal.bits)} bits`,
    tooltip: {
      kind: "markdown",
      value: `Expected instead ${it.surprisal.instead
        .slice(0, 3)
        .map((guess) => `${shown(guess.text)} ${percent(Math.exp(guess.logprob))}`)
        .join(", ")}`,
    },
    paddingLeft: true,
  }));
}
