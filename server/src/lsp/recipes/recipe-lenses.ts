import type { CodeLens, Command } from "vscode-languageserver/node";
import { oneName } from "../../analysis/hooks.ts";
import type { SteeringEdit } from "../../protocol/steering.ts";
import type { ResolvedEdit } from "../../steering/recipe/resolve-edit.ts";
import type { RecipeEdit } from "../../steering/recipe/types.ts";
import { figure, visible } from "../markdown.ts";
import type { Session } from "../session.ts";
import { editCommands } from "./edit-commands.ts";
import { switchCommand } from "./switch-edit.ts";

/** A sum of many terms is cut: the text stands right below. */
const longest = 120;

/** Over each edit of a recipe what it steers along, and what can be done with it: commands that VS Code's extension has. */
export async function recipeLenses(session: Session, uri: string): Promise<CodeLens[]> {
  const { client, recipes } = session;
  if (!client.commandLinks) return [];
  const { parsed, resolved, prepared } = await recipes.checked(uri);
  return (parsed.recipe?.edits ?? []).flatMap((edit) => {
    const range = prepared.lines.range(edit.start, edit.start);
    const found = resolved?.edits.find(({ index }) => index === edit.index);
    const commands: Command[] = [
      // A lens without a command to run is text.
      { title: titleOf(edit, found), command: "" },
      ...editCommands(uri, edit),
      ...(client.edits.asked ? [switchCommand(uri, edit)] : []),
    ];
    return commands.map((command) => ({ range, command }));
  });
}

/** What gives an edit its direction, and where; of a vector also its norm. */
function titleOf({ source, enabled }: RecipeEdit, found: ResolvedEdit | undefined): string {
  const off = enabled ? "" : "(off) ";
  // What is wrong with it is a diagnostic.
  if (!found?.direction)
    return `${off}${source.kind}${source.kind === "vector" ? ` ${visible(source.file)}` : ""}`;
  const text = visible(found.direction);
  const direction = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const hooks = found.steering.map(({ hook }) => oneName(hook));
  const where = hooks.length > 2 ? `${hooks[0]} and ${hooks.length - 1} more` : hooks.join(", ");
  return `${off}${direction}${source.kind === "vector" ? normText(found.steering) : ""} at ${where}`;
}

/** The norms of vectors as their file has them. */
function normText(steering: readonly SteeringEdit[]): string {
  const norms = steering.flatMap(({ directions }) =>
    directions.flatMap(({ direction }) =>
      direction.kind === "vector" ? [Math.sqrt(direction.vector.reduce((sum, it) => sum + it * it, 0))] : [],
    ),
  );
  const [least, most] = [figure(Math.min(...norms)), figure(Math.max(...norms))];
  return ` · norm ${least === most ? least : `${least} to ${most}`}`;
}
