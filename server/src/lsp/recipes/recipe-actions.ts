import type { CodeAction, CodeActionParams } from "vscode-languageserver/node";
import { Lines } from "../../analysis/lines.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { removeEdit, setEnabled, setStrength, setTested, setUnit } from "../../steering/recipe/edit-text.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { units } from "../../steering/recipe/parse-edit.ts";
import type { RecipeEdit } from "../../steering/recipe/types.ts";
import type { TextChange } from "../../steering/recipe/yaml-text.ts";
import type { Session } from "../session.ts";
import { editCommands } from "./edit-commands.ts";
import { workspaceEdit } from "./workspace-edit.ts";

/** One step up or down in strength. */
const STEP = 1.5;

/** Actions on the edit of a recipe under the cursor; they need its text only. */
export async function recipeActions(
  session: Session,
  { textDocument: { uri }, range }: CodeActionParams,
): Promise<CodeAction[]> {
  const document = session.recipes.text(uri)!;
  const text = document.getText();
  const lines = new Lines(text);
  const [start, end] = [range.start, range.end].map((it) => lines.offset(it));
  const edit = parseRecipe(text).recipe?.edits.find((it) => it.start <= end && it.end >= start);
  if (!edit) return [];
  const changes = ways(edit).flatMap(({ title, change }): CodeAction[] => {
    try {
      const changes = [{ uri, version: document.version, text, changes: change(text) }];
      return [{ title, edit: workspaceEdit(session.client, title, changes) }];
    } catch (error) {
      // What would change more than this edit is not offered.
      if (error instanceof ProblemError) return [];
      throw error;
    }
  });
  return [...changes, ...commandsOf(session, uri, edit)];
}

/** What only a client that runs our commands can do with an edit. */
function commandsOf({ client }: Session, uri: string, edit: RecipeEdit): CodeAction[] {
  if (!client.commandLinks) return [];
  return editCommands(uri, edit).map((command) => ({ title: command.title, command }));
}

interface Way {
  title: string;
  change: (text: string) => TextChange[];
}

/** Widens what is noted as tried by the strength as it is now. */
function noteTested({ index, strength, tested }: RecipeEdit): Way[] {
  if (!strength) return [];
  const { value } = strength;
  const [least, most] = tested ?? [value, value];
  if (tested && value >= least && value <= most) return [];
  const change = (text: string) => setTested(text, index, [Math.min(least, value), Math.max(most, value)]);
  return [{ title: `Note the strength ${value} as tried (tested)`, change }];
}

function ways(edit: RecipeEdit): Way[] {
  const { index, strength, operation, enabled } = edit;
  const isFeature = edit.source.kind === "feature";
  const measured = strength !== null && operation.value !== "scale";
  const unit = edit.unit?.value ?? (isFeature && operation.value !== "add" ? "maximum" : "residual");
  const others = units.filter((it) => it !== unit && (it !== "maximum" || isFeature));
  const steps = strength && strength.value !== 0 ? [strength.value * STEP, strength.value / STEP] : [];
  return [
    ...steps.map((value, i) => ({
      title: `${i === 0 ? "Stronger" : "Weaker"}: ${Number(value.toPrecision(4))}`,
      change: (text: string) => setStrength(text, index, value),
    })),
    {
      title: enabled ? "Switch this edit off" : "Switch this edit on",
      change: (text) => setEnabled(text, index, !enabled),
    },
    ...(measured ? others : []).map((other) => ({
      title: `Measure its strength in the unit “${other}” (the number stays)`,
      change: (text: string) => setUnit(text, index, other),
    })),
    ...noteTested(edit),
    { title: "Remove this edit", change: (text) => removeEdit(text, index) },
  ];
}
