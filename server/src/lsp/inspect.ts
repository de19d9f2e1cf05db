import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { toInspect } from "../analysis/inspect.ts";
import { scalesOf } from "../analysis/scales.ts";
import type { InspectAnswer, InspectParams } from "../protocol/requests.ts";
import { answered, freshAnalysis } from "./answers.ts";
import { ownLabels } from "./own-labels.ts";
import type { Session } from "./session.ts";

/** `steerscope/inspect`: the analysis of the newest version as `inspect --json` gives it, never of an older one. */
export async function inspect(
  session: Session,
  params: InspectParams,
  token: CancellationToken,
): Promise<InspectAnswer> {
  const { topK } = params;
  if (topK !== undefined && (!Number.isInteger(topK) || topK < 1)) {
    throw new ResponseError(ErrorCodes.InvalidParams, "topK is a whole number from 1 on.");
  }
  const outcome = await freshAnalysis(session, params.textDocument.uri, token);
  return answered(
    (async () => {
      const ranking = params.ranked ? outcome.settings : undefined;
      const result = toInspect(outcome.document, {
        topK: topK ?? outcome.settings.topK,
        ranking,
        guesses: params.guesses,
        own: await ownLabels(session, params.textDocument.uri, outcome.document.description.model.id),
      });
      const scales = ranking && { scales: scalesOf(outcome.document, result) };
      return { ...result, version: outcome.version, ...scales };
    })(),
  );
}
