import { rmSync } from "node:fs";
import { isAbsolute } from "node:path";
import {
  type CancellationToken,
  CancellationTokenSource,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
} from "vscode-languageserver/node";
import type { Description, Setup } from "../protocol/engine.ts";
import type { ScanAnswer, ScanParams } from "../protocol/requests.ts";
import { scan } from "../scan/scan.ts";
import { idOfSae, usualStore } from "../scan/stores.ts";
import { answered } from "./answers.ts";
import { withProgress } from "./progress.ts";
import { withScanProgress } from "./scan-progress.ts";
import type { Session } from "./session.ts";

/** `steerscope/scan`: reads a corpus into the store that nobody named, as the command line does. */
export async function scanCorpus(
  session: Session,
  params: ScanParams,
  token: CancellationToken,
): Promise<ScanAnswer> {
  check(session, params);
  const work = answered(run(session, params, token));
  session.scan = work;
  try {
    return await work;
  } finally {
    session.scan = null;
  }
}

async function run(session: Session, params: ScanParams, token: CancellationToken): Promise<ScanAnswer> {
  const { textDocument, corpus, maxTokens = null, scores = false } = params;
  const { setup: resolved, key } = textDocument
    ? (await session.documents.read(textDocument.uri, token)).document
    : await session.withoutDocument();
  const { model, saes, device } = resolved;
  const description = await withProgress(session, key, "Steerscope", token, (inner) =>
    session.host.describe({ model, saes, device }, inner),
  );
  const setup: Setup = { model, device, saes: referencesOf(params.sae, saes, description) };
  const store = usualStore(model, setup.saes, await session.places());
  if (params.replace) for (const end of ["", "-wal", "-shm"]) rmSync(`${store}${end}`, { force: true });
  const request = { setup, corpus, store, field: "text", context: null, maxTokens, scores };
  const pause = new CancellationTokenSource();
  token.onCancellationRequested(() => pause.cancel());
  if (token.isCancellationRequested) pause.cancel();
  return withScanProgress(session, pause, (report) => scan(session.host, request, report, pause.token));
}

/** @throws ResponseError saying what to ask instead, or why a scan is refused */
function check({ client, scan }: Session, { corpus, maxTokens }: ScanParams): void {
  if (!Array.isArray(corpus) || corpus.length === 0 || !corpus.every((it) => isAbsolute(String(it))))
    throw wrong("“corpus” is a list of absolute paths of files and folders.");
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0))
    throw wrong("“maxTokens” is a whole number from 1 on.");
  if (!client.trusted)
    throw refused(
      "This workspace is not trusted, so no corpus is scanned for it. Trust the workspace first.",
    );
  if (scan) throw refused("A scan is running already. Let it end, or cancel it, before the next.");
}

/** How the set-up names the SAEs that are meant: all of them where no id is given or there is one only. */
function referencesOf(
  id: string | undefined,
  named: string[] | null,
  { saes }: Description,
): string[] | null {
  const index = saes.findIndex((sae) => sae.id === id);
  if (id !== undefined && index < 0)
    throw wrong(`There is no SAE “${id}” here. Name one of: ${saes.map((sae) => sae.id).join(", ")}.`);
  if (id === undefined || saes.length === 1) return named;
  // Those that come with a model go by their ids.
  return [named?.find((it) => it === id || idOfSae(it) === id) ?? named?.[index] ?? id];
}

const wrong = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);
const refused = (message: string) => new ResponseError(LSPErrorCodes.RequestFailed, message);
