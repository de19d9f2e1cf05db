import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  type CancellationToken,
  CancellationTokenSource,
  CodeLensRefreshRequest,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { ProblemError } from "../../host/problem-error.ts";
import { probeProblem } from "../../probes/problems.ts";
import { savedProbePath } from "../../probes/saved/read.ts";
import { writeProbe } from "../../probes/saved/write.ts";
import { parseProbe } from "../../probes/spec/parse.ts";
import { swept } from "../../probes/spec/swept.ts";
import { isProbeName, type ParsedProbe, type ProbeSpec } from "../../probes/spec/types.ts";
import { trainProbe as train } from "../../probes/train/train.ts";
import { savedProbeEnding } from "../../protocol/probe-file.ts";
import type { TrainProbeAnswer, TrainProbeParams } from "../../protocol/probe-requests.ts";
import { answered } from "../answers.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { prepareOpen } from "../yaml/prepare-open.ts";
import { withTrainingProgress } from "./training-progress.ts";

/**
 * `steerscope/trainProbe`: trains the probe of a specification, as its text is on the screen, and keeps it beside that. Of a sweep
 * nothing is kept there, but in the folder of caches, so that its report can be read and the best probe still be taken.
 */
export async function trainProbe(
  session: Session,
  params: TrainProbeParams,
  token: CancellationToken,
): Promise<TrainProbeAnswer> {
  const { uri } = params.textDocument;
  const path = pathOf(uri);
  if (path === null || !isProbeName(path))
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      "“textDocument” names the specification of a probe in a folder: NAME.probe.yaml.",
    );
  if (!session.client.trusted)
    throw refused("This workspace is not trusted, so no probe of it is trained. Trust the workspace first.");
  if (session.training)
    throw refused("A probe is being trained already. Let that end, or cancel it, before the next.");
  const work = answered(run(session, params, path, token));
  session.training = work;
  try {
    return await work;
  } finally {
    session.training = null;
  }
}

async function run(
  session: Session,
  { textDocument: { uri }, sweep = false }: TrainProbeParams,
  path: string,
  token: CancellationToken,
): Promise<TrainProbeAnswer> {
  const document = session.probes.text(uri) ?? TextDocument.create(uri, "yaml", 0, textOf(path));
  const parsed = parseProbe(document.getText());
  const spec = usable(parsed, document, path);
  const { prepared } = await prepareOpen(session, document, parsed.named);
  const { model, saes, device } = prepared.setup;
  const { cache } = await session.places();
  const beside = savedProbePath(path);
  const name = spec.name ?? basename(beside, savedProbeEnding);
  const source = new CancellationTokenSource();
  token.onCancellationRequested(() => source.cancel());
  if (token.isCancellationRequested) source.cancel();
  const trained = await withTrainingProgress(
    session,
    `${sweep ? "Sweeping" : "Training"} ${name}`,
    source,
    (tell) =>
      train(
        {
          host: session.host,
          worker: session.install.probeWorker,
          cache,
          log: (line) => session.connection.console.log(line),
        },
        { spec: sweep ? swept(spec) : spec, setup: { model, saes, device }, folder: dirname(path), name },
        tell,
        source.token,
      ),
  );
  const file = trained.chosen ? (sweep ? sweptPath(cache, beside) : beside) : null;
  if (file) writeProbe(file, trained, spec);
  if (file === beside) renewed(session);
  const notes = trained.problems.map(({ message, remedy }) => `${message} ${remedy}`);
  return { report: trained.report, file, beside, notes };
}

/** A probe of a sweep, until the next sweep of the same specification. */
function sweptPath(cache: string, beside: string): string {
  const folder = createHash("sha256").update(beside).digest("hex").slice(0, 16);
  return join(cache, "sweeps", folder, basename(beside));
}

/** What was trained may read open documents, and has a report now. */
function renewed({ trained, documents, connection, client }: Session): void {
  trained.changed();
  documents.again();
  if (client.refreshesCodeLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ProblemError({
      code: "file-unreadable",
      message: `${path} cannot be read: ${code}.`,
      remedy: "Name the specification of a probe, NAME.probe.yaml.",
      subject: "probe",
      path,
    });
  }
}

/** @throws ProblemError for the first error, with its line */
function usable({ spec, problems }: ParsedProbe, document: TextDocument, path: string): ProbeSpec {
  const wrong = problems.find(({ severity }) => severity === "error");
  if (spec && !wrong) return spec;
  const line = document.positionAt(wrong?.start ?? 0).line + 1;
  throw probeProblem(
    "probe-not-usable",
    `${basename(path)} cannot be trained as it is, by its line ${line}: ${wrong?.message ?? "it says nothing that can be trained."}`,
    wrong?.remedy ?? "Name its data.",
    path,
  );
}

const refused = (message: string) => new ResponseError(LSPErrorCodes.RequestFailed, message);
