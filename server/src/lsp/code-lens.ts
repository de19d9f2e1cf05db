import type { CodeLens, CodeLensParams } from "vscode-languageserver/node";
import { messageFeatures, summarise } from "../analysis/summary.ts";
import { answered } from "./answers.ts";
import { figure } from "./markdown.ts";
import { probeLenses } from "./probes/probe-lenses.ts";
import { recipeLenses } from "./recipes/recipe-lenses.ts";
import type { Session } from "./session.ts";

const MOST_FEATURES = 3;

/**
 * `textDocument/codeLens`: size, mean surprisal and strongest features of each message, where the setting asks for it; at the top of
 * a probe, and over each edit of a recipe, what can be done with it.
 */
export async function codeLens(session: Session, { textDocument }: CodeLensParams): Promise<CodeLens[]> {
  if (session.probes.has(textDocument.uri)) return probeLenses(session, textDocument.uri);
  if (session.recipes.has(textDocument.uri)) return answered(recipeLenses(session, textDocument.uri));
  const outcome = session.documents.current(textDocument.uri);
  if (outcome?.kind !== "done" || !outcome.settings.codeLens) return [];
  const { document, settings } = outcome;
  const features = messageFeatures(document, settings);
  return summarise(document).map((message, i) => {
    const parts = [`${message.tokens} tokens`];
    if (message.role !== null) parts.unshift(message.role);
    if (message.bits !== null) parts.push(`${figure(message.bits)} bits a token`);
    const names = features[i].slice(0, MOST_FEATURES).map((it) => it.label ?? `feature ${it.feature}`);
    if (names.length > 0) parts.push(names.join(", "));
    // A lens without a command to run is text.
    return {
      range: document.lines.range(message.start, message.end),
      command: { title: parts.join(" · "), command: "" },
    };
  });
}
