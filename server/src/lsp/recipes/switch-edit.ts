import {
  type Command,
  ErrorCodes,
  type ExecuteCommandParams,
  ResponseError,
} from "vscode-languageserver/node";
import { ProblemError } from "../../host/problem-error.ts";
import { setEnabled } from "../../steering/recipe/edit-text.ts";
import type { RecipeEdit } from "../../steering/recipe/types.ts";
import { answered } from "../answers.ts";
import type { Session } from "../session.ts";
import { workspaceEdit } from "./workspace-edit.ts";

/** The server's own command: arguments are the URI of an open recipe, the place of an edit, and whether it is to be on. */
export const switchEdit = "steerscope.switchEdit";

/** Switches an edit off, or on again. */
export function switchCommand(uri: string, { index, enabled }: RecipeEdit): Command {
  const title = enabled ? "Switch off" : "Switch on";
  return { title, command: switchEdit, arguments: [uri, index, !enabled] };
}

/**
 * `workspace/executeCommand`: has the client change the recipe's text.
 * @throws ResponseError `InvalidParams` for another command or other arguments, else `RequestFailed` with the problem as its data
 */
export async function executeCommand(
  session: Session,
  { command, arguments: given = [] }: ExecuteCommandParams,
): Promise<null> {
  const [uri, index, enabled] = given as unknown[];
  const document = typeof uri === "string" ? session.recipes.text(uri) : null;
  if (command !== switchEdit || !document || !Number.isSafeInteger(index) || typeof enabled !== "boolean")
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `The command is ${switchEdit}: the URI of an open recipe, the place of an edit, true or false.`,
    );
  return answered(
    (async () => {
      const text = document.getText();
      const changes = setEnabled(text, index as number, enabled);
      const change = { uri: document.uri, version: document.version, text, changes };
      const label = enabled ? "Switch an edit on" : "Switch an edit off";
      const edit = workspaceEdit(session.client, label, [change]);
      const { applied, failureReason } = await session.connection.workspace.applyEdit({ label, edit });
      if (applied) return null;
      throw new ProblemError({
        code: "edit-refused",
        message: `The editor did not change the recipe${failureReason ? `: ${failureReason}` : ""}.`,
        remedy: "Try it again.",
        subject: "recipe",
      });
    })(),
  );
}
