import { dirname } from "node:path";
import type { CancellationToken } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PlacedProblem, PreparedDocument } from "../../analysis/document.ts";
import type { Catalogue } from "../../analysis/explore/catalogue.ts";
import { placeProblem } from "../../analysis/problems.ts";
import { CancelledError, toProblem } from "../../host/problem-error.ts";
import type { Description } from "../../protocol/engine.ts";
import { catalogueLabels } from "../../steering/recipe/labels.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { prepareRecipe } from "../../steering/recipe/recipe-setup.ts";
import { type ResolvedRecipe, resolveRecipe } from "../../steering/recipe/resolve.ts";
import { tokensOf } from "../../steering/recipe/token-ids.ts";
import type { ParsedRecipe } from "../../steering/recipe/types.ts";
import { catalogueOf } from "../catalogue.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";

/** A recipe looked up in the set-up that reads it. */
export interface CheckedRecipe {
  uri: string;
  version: number;
  prepared: PreparedDocument;
  parsed: ParsedRecipe;
  /** Null where the set-up cannot be read. */
  setup: { description: Description; catalogue: Catalogue } | null;
  /** Null where the text is no recipe, or there is no set-up. */
  resolved: ResolvedRecipe | null;
  /** All there are, of the text and of its set-up. */
  problems: PlacedProblem[];
}

/** Reads a recipe and looks up what it names. @throws CancelledError */
export async function checkRecipe(
  session: Session,
  document: TextDocument,
  token: CancellationToken,
): Promise<CheckedRecipe> {
  const { uri, version } = document;
  const text = document.getText();
  const parsed = parseRecipe(text);
  const file = pathOf(uri);
  const { settings, problems: wrong } = await session.settings.get(uri);
  const prepared = prepareRecipe({
    key: uri,
    fileName: file ?? uri,
    text,
    named: parsed.named,
    file,
    folder: session.folderOf(uri),
    settings,
    override: session.client.override,
    trusted: session.client.trusted,
  });
  const checked: CheckedRecipe = {
    uri,
    version,
    prepared,
    parsed,
    setup: null,
    resolved: null,
    problems: [],
  };
  const problems = [
    ...parsed.problems,
    ...prepared.problems,
    ...wrong.map((problem) => placeProblem(prepared, problem, "warning")),
  ];
  const done = (): CheckedRecipe => ({ ...checked, problems });
  try {
    const description = await withProgress(session, uri, "Steerscope", token, (inner) =>
      session.analyser.describeSetup(prepared, inner, problems),
    );
    const { catalogue } = await catalogueOf(session, prepared, description, uri);
    checked.setup = { description, catalogue };
    if (!parsed.recipe) return done();
    checked.resolved = await resolveRecipe(parsed.recipe, {
      description,
      labels: catalogueLabels(catalogue),
      folder: file === null ? null : dirname(file),
      steers: null,
      readVector: session.readVector,
      readTokens: (it) => tokensOf(session.host, prepared.setup, it, token),
      trusted: session.client.trusted,
    });
    problems.push(...checked.resolved.problems);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    problems.push(placeProblem(prepared, toProblem(error)));
  }
  if (token.isCancellationRequested) throw new CancelledError();
  return done();
}
