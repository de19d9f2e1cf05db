import type * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { openRecipe } from "./open-recipe.ts";

/** Opens the recipe that a code action changed last. */
export const showChangedRecipe = "steerscope.showChangedRecipe";

let changed: string | undefined;

/**
 * VS Code forgets the arguments of a code action's command once its list closes, which is before an edit that makes a file is
 * done; a command without arguments still finds its way. So the recipe is remembered here.
 */
export const rememberRecipe: Middleware = {
  async resolveCodeAction(item, token, next) {
    const action = await next(item, token);
    const { command } = action ?? {};
    if (!action || command?.command !== "steerscope.openRecipe") return action;
    changed = command.arguments?.[0];
    action.command = { title: command.title, command: showChangedRecipe } satisfies vscode.Command;
    return action;
  },
};

export const openChangedRecipe = () => openRecipe(changed);
