import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
} from "vscode-languageserver/node";
import { answered } from "./answers.ts";
import { sliderCommand } from "./recipes/edit-commands.ts";
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
  const { uri } = params.textDocument;
  const actions = session.recipes.has(uri)
    ? await recipeActions(session, params)
    : [...(await steerActions(session, params, token)), ...sliderOf(session, uri)];
  return actions.map((action) => ({ ...action, kind: steerKind }));
}

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
