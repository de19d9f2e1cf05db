import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { ProblemError } from "../host/problem-error.ts";
import { startAgain } from "../host/remedies.ts";
import type { AnalyseParams, LensWindow } from "../protocol/engine.ts";
import type { LensCell, LensResult, LensToken } from "../protocol/lens.ts";
import { type DocumentAnalysis, tokensAt } from "./document.ts";
import { assertFinite, type InspectWishes, inspectModel, inspectSaes, inspectToken } from "./inspect.ts";
import { bitsOf } from "./surprisal.ts";

/** Tokens from the first up to before the second, and how their features are chosen. */
export interface LensWishes extends Pick<InspectWishes, "topK" | "ranking" | "own"> {
  from: number;
  to: number;
}

/**
 * Reads a window of an analysed document through the logit lens.
 * @param asked what the engine was asked for the analysis
 * @throws ProblemError `files-changed` where the model's files are no longer those of the analysis, and what the engine says
 */
export async function readLens(
  host: Pick<EngineHost, "lens">,
  document: DocumentAnalysis,
  asked: AnalyseParams,
  window: { from: number; to: number; count: number },
  token?: CancellationToken,
): Promise<LensWindow> {
  const found = await host.lens({ ...asked, ...window }, token);
  if (found.setupId === document.analysis.setupId) return found;
  throw new ProblemError({
    code: "files-changed",
    message: "The files of the model or its SAEs changed since the text was analysed.",
    remedy: `Wait until they are written. ${startAgain}`,
    subject: "model",
  });
}

/**
 * The object outsiders rely on, schema `steerscope.lens/1`.
 * @param grid what {@link readLens} gave for the same window; null: no guesses are wanted
 * @throws ProblemError `numbers-not-finite` rather than handing out NaN or an infinity
 */
export function toLens(document: DocumentAnalysis, wishes: LensWishes, grid: LensWindow | null): LensResult {
  const { from, to } = wishes;
  const result: LensResult = {
    schema: "steerscope.lens/1",
    file: document.fileName,
    model: inspectModel(document),
    saes: inspectSaes(document),
    lens: grid && { hooks: [...grid.hooks], convention: grid.convention },
    of: document.analysis.ids.length,
    tokens: Array.from({ length: to - from }, (_, i): LensToken => {
      const token = inspectToken(document, from + i, wishes);
      const { logprob } = token;
      return {
        ...token,
        surprisal: logprob === null ? null : { nats: Math.max(0, -logprob), bits: bitsOf(logprob) },
        layers: grid ? grid.hooks.map((_, layer) => cellOf(grid, i * grid.hooks.length + layer)) : null,
      };
    }),
  };
  assertFinite(result, document.fileName);
  return result;
}

function cellOf(
  { count, topIds, topLogprobs, nextLogprobs, nextRanks, texts }: LensWindow,
  at: number,
): LensCell {
  return {
    guesses: Array.from({ length: count }, (_, k) => {
      const id = topIds[at * count + k];
      return { id, text: texts.get(id) ?? `⟨${id}⟩`, logprob: topLogprobs[at * count + k] };
    }),
    next: nextRanks[at] === 0 ? null : { logprob: nextLogprobs[at], rank: nextRanks[at] },
  };
}

/** Tokens under a cursor: those that hold the place, or else those that end there, as at the end of a line. */
export function tokensAtCursor(document: DocumentAnalysis, offset: number): number[] {
  const here = tokensAt(document, offset);
  return here.length > 0 || offset === 0 ? here : tokensAt(document, offset - 1);
}
