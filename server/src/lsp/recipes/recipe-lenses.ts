import type { CodeLens, Command } from "vscode-languageserver/node";
import { oneName } from "../../analysis/hooks.ts";
import type { SteeringEdit } from "../../protocol/steering.ts";
import type { ResolvedEdit } from "../../steering/recipe/resolve-edit.ts";
import type { RecipeEdit } from "../../steering/recipe/types.ts";
import { figure, visible } from "../markdown.ts";
import type { Session } from "../session.ts";
import { editCommands, shortTitles } from "./edit-commands.ts";
import { switchCommand } from "./switch-edit.ts";

/** A sum of many terms is cut: the text stands right below. */
const longest = 120;

/**
 * Over each edit of a recipe what can be done with it, by commands that VS Code's extension has, and what it steers along. Where
 * a recipe stands beside its prompt there is little room, so the commands come first.
 */
export async function recipeLenses(session: Session, uri: string): Promise<CodeLens[]> {
  const { client, recipes } = session;
  if (!client.commandLinks) return [];
  const { parsed, resolved, prepared } = await recipes.checked(uri);
  return (parsed.recipe?.edits ?? []).flatMap((edit) => {
    const range = prepared.lines.range(edit.start, edit.start);
    const title = titleOf(
      edit,
      resolved?.edits.find(({ index }) => index === edit.index),
    );
    const commands: Command[] = [
      ...editCommands(uri, edit).map((it) => ({ ...it, title: shortTitles[it.command] ?? it.title })),
      ...(client.edits.asked ? [switchCommand(uri, edit)] : []),
      // A lens without a command to run is text.
      ...(title === null ? [] : [{ title, command: "" }]),
    ];
    return commands.map((command) => ({ range, command }));
  });
}

/**
 * What gives an edit its direction, and where; of a vector, whose file stands right below, its norm. Null where it could not be
 * resolved: what is wrong with it is a diagnostic.
 */
function titleOf({ source }: RecipeEdit, found: ResolvedEdit | undefined): string | null {
  if (!found?.direction) return null;
  const { direction, steering } = found;
  const text = source.kind === "vector" ? `norm ${normText(steering)}` : visible(direction);
  const hooks = steering.map(({ hook }) => oneName(hook));
  const where = hooks.length > 2 ? `${hooks[0]} and ${hooks.length - 1} more` : hooks.join(", ");
  return `${text.length > longest ? `${text.slice(0, longest)}…` : text} at ${where}`;
}

/** The norms of vectors as their file has them. */
function normText(steering: readonly SteeringEdit[]): string {
  const norms = steering.flatMap(({ directions }) =>
    directions.flatMap(({ direction }) =>
      direction.kind === "vector" ? [Math.sqrt(direction.vector.reduce((sum, it) => sum + it * it, 0))] : [],
    ),
  );
  const [least, most] = [figure(Math.min(...norms)), figure(Math.max(...norms))];
  return least === most ? least : `${least} to ${most}`;
}
