import type { CancellationToken } from "vscode-languageserver/node";
import type { DocumentParams, SetupAnswer } from "../protocol/requests.ts";
import { answered } from "./answers.ts";
import type { Session } from "./session.ts";

/** `steerscope/setup`: which model and SAEs read a document, and who named them; known before any of them is loaded. */
export async function setup(
  session: Session,
  params: DocumentParams,
  token: CancellationToken,
): Promise<SetupAnswer> {
  const { document } = await answered(session.documents.read(params.textDocument.uri, token));
  const { model, saes, modelFrom, saesFrom } = document.setup;
  return { model, saes, modelFrom, saesFrom };
}
