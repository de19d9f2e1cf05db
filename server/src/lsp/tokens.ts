import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { readLens, tokensAtCursor, toLens } from "../analysis/lens.ts";
import { scalesOf } from "../analysis/scales.ts";
import { isProblem } from "../host/problem-error.ts";
import { MOST_GUESSES } from "../protocol/engine.ts";
import { MOST_TOKENS, type TokensAnswer, type TokensParams } from "../protocol/lens.ts";
import { answered, freshAnalysis } from "./answers.ts";
import type { Outcome } from "./open-documents.ts";
import { ownLabels } from "./own-labels.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";

/**
 * `steerscope/tokens`: a window of the tokens of the newest version, with what every layer predicts where that is asked for.
 * An edit while the layers are read makes the work begin anew, so that no answer is of an older version.
 *
 * @throws ResponseError `InvalidParams`, and as {@link freshAnalysis}
 */
export async function tokens(
  session: Session,
  params: TokensParams,
  token: CancellationToken,
): Promise<TokensAnswer> {
  checkTokens(params);
  const { uri } = params.textDocument;
  let renewed = false;
  for (;;) {
    const outcome = await freshAnalysis(session, uri, token);
    try {
      return await answered(answerOf(session, params, outcome, token));
    } catch (error) {
      if (token.isCancellationRequested) throw error;
      if (session.documents.current(uri) !== outcome) continue;
      if (!haveFilesChanged(error) || renewed) throw error;
      // The analysis is of files that are gone: once more, of those that are there now.
      renewed = true;
      session.documents.again();
    }
  }
}

const haveFilesChanged = (error: unknown) =>
  error instanceof ResponseError && isProblem(error.data) && error.data.code === "files-changed";

/** Thrown to nobody: the text went on while it was read. */
class Outdated extends Error {}

async function answerOf(
  session: Session,
  params: TokensParams,
  outcome: Outcome & { kind: "done" },
  token: CancellationToken,
): Promise<TokensAnswer> {
  const { document, settings, version } = outcome;
  const { from = 0, count = 0, at, guesses } = params;
  const all = document.analysis.ids.length;
  const [first, last] = [Math.min(from, all), Math.min(from + count, all)];
  const grid =
    guesses === undefined || first === last
      ? null
      : await withProgress(session, document.key, "Steerscope", token, (inner) =>
          readLens(
            session.host,
            document,
            session.analyser.askedFor(document),
            { from: first, to: last, count: guesses },
            inner,
          ),
        );
  const { uri } = params.textDocument;
  const own = await ownLabels(session, uri, document.description.model.id);
  if (session.documents.current(uri) !== outcome) throw new Outdated();
  const wishes = { from: first, to: last, topK: settings.topK, ranking: settings, own };
  const result = toLens(document, wishes, grid);
  return {
    ...result,
    version,
    at: at ? tokensAtCursor(document, document.lines.offset(at)) : [],
    scales: scalesOf(document, result),
  };
}

function checkTokens({ from, count, guesses }: TokensParams): void {
  const isWhole = (value: number | undefined, least: number, most: number) =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= most);
  if (!isWhole(from, 0, Number.MAX_SAFE_INTEGER)) throw wrong("“from” is a whole number from 0 on.");
  if (!isWhole(count, 0, MOST_TOKENS)) {
    throw wrong(`“count” is a whole number from 0 to ${MOST_TOKENS}: ask for the tokens that are shown.`);
  }
  if (!isWhole(guesses, 1, MOST_GUESSES)) {
    throw wrong(`“guesses” is a whole number from 1 to ${MOST_GUESSES}, or left out.`);
  }
}

function wrong(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}
