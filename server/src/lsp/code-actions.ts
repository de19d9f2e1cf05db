import type { CancellationToken, CodeAction, CodeActionParams } from "vscode-languageserver/node";
import { answered } from "./answers.ts";
import { actionKinds, isWanted, steerKind } from "./recipes/action-kinds.ts";
import { sliderCommand } from "./recipes/edit-commands.ts";
import { recipeActions } from "./recipes/recipe-actions.ts";
import { resolveSteer, steerActions } from "./recipes/steer-actions.ts";
import type { Session } from "./session.ts";

/** `textDocument/codeAction`: steering with what fires in a prompt, and turning the edits of a recipe up, down and off. */
export async function codeActions(
  session: Session,
  params: CodeActionParams,
  token: CancellationToken,
): Promise<CodeAction[]> {
  const { only } = params.context;
  if (!actionKinds.some((kind) => isWanted(only, kind))) return [];
  const { uri } = params.textDocument;
  const isSteer = isWanted(only, steerKind);
  if (session.recipes.has(uri)) return isSteer ? ofSteerKind(await recipeActions(session, params)) : [];
  const actions = await steerActions(session, params, token);
  return isSteer ? [...actions, ...ofSteerKind(sliderOf(session, uri))] : actions;
}

const ofSteerKind = (actions: readonly CodeAction[]) => actions.map((it) => ({ ...it, kind: steerKind }));

/** A prompt that names a recipe has sliders. */
function sliderOf(session: Session, uri: string): CodeAction[] {
  const named = session.documents.prepared(uri)?.document.prompt.steerscope.steer ?? [];
  if (named.length === 0 || !session.client.commandLinks) return [];
  const command = sliderCommand(uri);
  return [{ title: command.title, command }];
}

/** `codeAction/resolve`: what a chosen action changes; one that only runs a command is whole already. */
export async function resolveCodeAction(session: Session, action: CodeAction): Promise<CodeAction> {
  if (!action.data && action.command) return action;
  return answered(resolveSteer(session, action));
}
