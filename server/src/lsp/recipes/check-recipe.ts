import { dirname } from "node:path";
import type { CancellationToken } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Catalogue } from "../../analysis/explore/catalogue.ts";
import { placeProblem } from "../../analysis/problems.ts";
import { CancelledError, toProblem } from "../../host/problem-error.ts";
import type { Description } from "../../protocol/engine.ts";
import { probesFrom } from "../../steering/compare/probe-files.ts";
import { catalogueLabels } from "../../steering/recipe/labels.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { type ResolvedRecipe, resolveRecipe } from "../../steering/recipe/resolve.ts";
import { tokensOf } from "../../steering/recipe/token-ids.ts";
import type { ParsedRecipe } from "../../steering/recipe/types.ts";
import { catalogueOf } from "../catalogue.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import type { CheckedFile } from "../yaml/open-files.ts";
import { prepareOpen } from "../yaml/prepare-open.ts";

/** A recipe looked up in the set-up that reads it. */
export interface CheckedRecipe extends CheckedFile {
  parsed: ParsedRecipe;
  /** Null where the set-up cannot be read. */
  setup: { description: Description; catalogue: Catalogue } | null;
  /** Null where the text is no recipe, or there is no set-up. */
  resolved: ResolvedRecipe | null;
}

/** Reads a recipe and looks up what it names. @throws CancelledError */
export async function checkRecipe(
  session: Session,
  document: TextDocument,
  token: CancellationToken,
): Promise<CheckedRecipe> {
  const { uri, version } = document;
  const parsed = parseRecipe(document.getText());
  const { file, prepared, problems: ofSetup } = await prepareOpen(session, document, parsed.named);
  const checked: CheckedRecipe = {
    uri,
    version,
    prepared,
    parsed,
    setup: null,
    resolved: null,
    problems: [],
  };
  const problems = [...parsed.problems, ...ofSetup];
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
      readProbe: probesFrom(session.folderOf(uri)),
      identify: async () => session.host.identify(await session.analyser.usableSetup(prepared, token), token),
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
