import type { Diagnostic } from "vscode-languageserver/node";
import { Lines } from "../../analysis/lines.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { toDiagnostics } from "../diagnostics.ts";
import type { Session } from "../session.ts";
import type { CheckedRecipe } from "./check-recipe.ts";

/** Recipes whose client was answered before their newest text was checked: it is told to ask again. */
const early = new WeakMap<Session, Set<string>>();

/**
 * What is wrong with an open recipe.
 * @param patience how long to wait for its set-up, in ms; the rest follows by a refresh
 */
export async function recipeDiagnostics(
  session: Session,
  uri: string,
  patience: number,
): Promise<Diagnostic[]> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patience);
  });
  try {
    const checked = await Promise.race([session.recipes.checked(uri).catch(() => null), later]);
    if (checked) return diagnosticsOfRecipe(checked);
    early.set(session, (early.get(session) ?? new Set()).add(uri));
    const text = session.recipes.text(uri)?.getText() ?? "";
    return toDiagnostics({ lines: new Lines(text) }, parseRecipe(text).problems);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells the client of recipes that were checked, however it wants to hear of it. */
export function watchRecipes(session: Session): void {
  const { connection, client, recipes } = session;
  recipes.onChecked.on((checked) => {
    const { uri, version } = checked;
    if (!client.pullsDiagnostics) {
      void connection.sendDiagnostics({ uri, version, diagnostics: diagnosticsOfRecipe(checked) });
    } else if (early.get(session)?.delete(uri) && client.refreshesDiagnostics)
      connection.languages.diagnostics.refresh();
  });
}

function diagnosticsOfRecipe({ prepared, problems }: CheckedRecipe): Diagnostic[] {
  return toDiagnostics(prepared, problems);
}
