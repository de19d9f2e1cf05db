import type { Diagnostic, Position, Range } from "vscode-languageserver/node";
import { Lines } from "../../analysis/lines.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { toDiagnostics } from "../diagnostics.ts";
import type { Session } from "../session.ts";
import type { CheckedRecipe } from "./check-recipe.ts";
import { isNamed } from "./named-recipes.ts";
import { asSeen, yamlService } from "./yaml-service.ts";

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
    if (checked) return await diagnosticsOfRecipe(session, checked);
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
      void diagnosticsOfRecipe(session, checked).then((diagnostics) => {
        if (recipes.has(uri)) void connection.sendDiagnostics({ uri, version, diagnostics });
      });
    } else if ((early.get(session)?.delete(uri) || isNamed(session, uri)) && client.refreshesDiagnostics)
      connection.languages.diagnostics.refresh();
  });
}

/** Our own, and those of the schema where ours say nothing of the same place. */
async function diagnosticsOfRecipe(
  session: Session,
  { uri, prepared, problems }: CheckedRecipe,
): Promise<Diagnostic[]> {
  const own = toDiagnostics(prepared, problems);
  const document = session.recipes.text(uri);
  // Broken YAML is told once, and a schema says nothing of it.
  if (!document || problems.some(({ code }) => code === "yaml-invalid")) return own;
  const service = await yamlService(session.install.assets);
  const found = await service.doValidation(asSeen(document), false);
  const isNew = (it: Diagnostic) => !own.some(({ range }) => overlap(range, it.range));
  return [...own, ...found.filter(isNew).map((it) => ({ ...it, source: "steerscope", data: undefined }))];
}

function overlap(a: Range, b: Range): boolean {
  const isBefore = (p: Position, q: Position) =>
    p.line < q.line || (p.line === q.line && p.character < q.character);
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}
