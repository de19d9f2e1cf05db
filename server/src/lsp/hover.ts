import type { CancellationToken, Hover, HoverParams } from "vscode-languageserver/node";
import { tokensAt } from "../analysis/document.ts";
import { hoverText } from "./hover-text.ts";
import { escaped, sentence } from "./markdown.ts";
import type { Outcome } from "./open-documents.ts";
import { ownLabels } from "./own-labels.ts";
import { probeHover } from "./probes/probe-hover.ts";
import { probeLines } from "./probes/probe-lines.ts";
import { recipeHover } from "./recipes/recipe-hover.ts";
import type { Session } from "./session.ts";

/** How long a hover waits for numbers that belong to the text on screen, in ms. */
export const HOVER_PATIENCE = 1_000;

/**
 * `textDocument/hover`: the token under the cursor, or that its numbers are still being worked out; in a recipe or a probe
 * what stands there.
 */
export async function hover(
  session: Session,
  params: HoverParams,
  token: CancellationToken,
): Promise<Hover | null> {
  const { uri } = params.textDocument;
  if (session.recipes.has(uri)) return recipeHover(session, params, token);
  if (session.probes.has(uri)) return probeHover(session, params, token);
  const outcome = session.documents.current(uri) ?? (await soon(session, uri, token));
  if (outcome === "later") {
    return { contents: { kind: "markdown", value: `Analysing… ${escaped(session.host.status.detail)}` } };
  }
  if (outcome === null) return null;
  if (outcome.kind === "failed") {
    const { message, remedy } = outcome.problem;
    const value = `Not analysed: ${escaped(sentence(message))} ${escaped(remedy)}`;
    return { contents: { kind: "markdown", value } };
  }
  const { document } = outcome;
  const tokens = tokensAt(document, document.lines.offset(params.position));
  if (tokens.length === 0) return null;
  const value = hoverText(document, tokens, {
    ranking: outcome.settings,
    linkTo: session.client.commandLinks ? uri : null,
    own: await ownLabels(session, uri, document.description.model.id),
    probes: probeLines(session, document, document.lines.offset(params.position)),
  });
  const range = document.lines.range(document.starts[tokens[0]], document.ends[tokens[0]]);
  return { contents: { kind: "markdown", value }, range };
}

/** A document's outcome as soon as there is one; not after {@link HOVER_PATIENCE}, and null where it is closed. */
export async function soon(
  session: Session,
  uri: string,
  token: CancellationToken,
): Promise<Outcome | "later" | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<"later">((resolve) => {
    timer = setTimeout(() => resolve("later"), HOVER_PATIENCE);
  });
  try {
    // A document that is closed, or a hover nobody waits for any more, has no answer.
    return await Promise.race([session.documents.fresh(uri, token).catch(() => null), patience]);
  } finally {
    clearTimeout(timer);
  }
}
