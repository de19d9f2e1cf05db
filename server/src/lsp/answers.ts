import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import { CancelledError, toProblem } from "../host/problem-error.ts";
import type { Problem } from "../protocol/problem.ts";
import { sentence } from "./markdown.ts";
import { NotOpenError, type Outcome } from "./open-documents.ts";
import type { Session } from "./session.ts";

/**
 * The analysis of the newest version, for requests that must have one: edits that arrive meanwhile are waited for.
 *
 * @throws ResponseError `ContentModified` for a document that is closed meanwhile, `RequestFailed` with the problem as its
 * data where there is nothing to analyse with.
 */
export async function freshAnalysis(
  session: Session,
  uri: string,
  token: CancellationToken,
): Promise<Outcome & { kind: "done" }> {
  const outcome = await answered(session.documents.fresh(uri, token));
  if (outcome.kind === "failed") throw failed(outcome.problem);
  return outcome;
}

/** There is no such latent; says what there is. */
export function noSuchLatent(
  saes: { id: string; width: number }[],
  { sae, feature }: { sae: string; feature: number },
): ResponseError {
  const known = saes.map(({ id, width }) => `${id} (${width} latents)`).join(", ");
  return new ResponseError(
    ErrorCodes.InvalidParams,
    `There is no latent ${feature} in an SAE “${sae}” here. Ask for one of: ${known || "no SAE is set"}.`,
  );
}

/** Turns what this program throws into what the protocol knows. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    if (error instanceof CancelledError)
      throw new ResponseError(LSPErrorCodes.RequestCancelled, error.message);
    if (error instanceof NotOpenError) {
      throw new ResponseError(LSPErrorCodes.ContentModified, "The document is not open.");
    }
    throw failed(toProblem(error));
  }
}

function failed(problem: Problem): ResponseError<Problem> {
  return new ResponseError(
    LSPErrorCodes.RequestFailed,
    `${sentence(problem.message)} ${problem.remedy}`,
    problem,
  );
}
