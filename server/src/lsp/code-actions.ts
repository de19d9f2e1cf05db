import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
} from "vscode-languageserver/node";
import { answered } from "./answers.ts";
import { recipeActions } from "./recipes/recipe-actions.ts";
import { resolveSteer, steerActions } from "./recipes/steer-actions.ts";
import type { Session } from "./session.ts";

/** The kind of all our actions. */
export const steerKind = `${CodeActionKind.RefactorRewrite}.steer`;

/** `textDocument/codeAction`: steering with what fires in a prompt, and turning the edits of a recipe up, down and off. */
export async function codeActions(
  session: Session,
  params: CodeActionParams,
  token: CancellationToken,
): Promise<CodeAction[]> {
  const { only } = params.context;
  const isWanted =
    !only || only.some((kind) => kind === "" || steerKind === kind || steerKind.startsWith(`${kind}.`));
  if (!isWanted) return [];
  const actions = session.recipes.has(params.textDocument.uri)
    ? await recipeActions(session, params)
    : await steerActions(session, params, token);
  return actions.map((action) => ({ ...action, kind: steerKind }));
}

/** `codeAction/resolve`: what a chosen action changes. */
export function resolveCodeAction(session: Session, action: CodeAction): Promise<CodeAction> {
  return answered(resolveSteer(session, action));
}
