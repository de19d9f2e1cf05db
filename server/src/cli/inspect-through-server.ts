import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type { Diagnostic, DocumentDiagnosticReport } from "vscode-languageserver/node";
import { findInstall } from "../host/paths.ts";
import { isProblem, ProblemError } from "../host/problem-error.ts";
import { type InspectAnswer, type InspectParams, SteerscopeMethod } from "../protocol/requests.ts";
import { remark } from "./analyse-here.ts";
import type { Inspected, InspectWishes } from "./inspect-here.ts";
import type { PromptSource } from "./prompt-source.ts";

const severities = ["", "error", "warning", "information", "hint"];

/** Analyses a prompt as an editor does: the language server in a process of its own, over LSP. */
export async function inspectThroughServer(source: PromptSource, wishes: InspectWishes): Promise<Inspected> {
  const { server } = findInstall(import.meta.url);
  const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const end = (): void => void child.kill();
  process.once("exit", end);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const gone = new Promise<never>((_, reject) => {
    child.once("exit", (status) => reject(serverGone(status)));
    child.once("error", () => reject(serverGone(null)));
  });
  connection.listen();
  try {
    return await Promise.race([ask(connection, source, wishes), gone]);
  } catch (error) {
    if (error instanceof ResponseError && isProblem(error.data)) throw new ProblemError(error.data);
    throw error;
  } finally {
    gone.catch(() => {});
    process.removeListener("exit", end);
    connection.dispose();
    child.kill();
  }
}

async function ask(
  connection: ReturnType<typeof createMessageConnection>,
  source: PromptSource,
  wishes: InspectWishes,
): Promise<Inspected> {
  const uri = pathToFileURL(source.path).href;
  const textDocument = { uri };
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { diagnostic: {} } },
    workspaceFolders: [{ uri: pathToFileURL(process.cwd()).href, name: "here" }],
    initializationOptions: { override: source.override },
  });
  await connection.sendNotification("initialized", {});
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "prompt", version: 1, text: source.text },
  });
  const params: InspectParams = { textDocument, ...wishes };
  const answer: InspectAnswer = await connection.sendRequest(SteerscopeMethod.inspect, params);
  const report: DocumentDiagnosticReport = await connection.sendRequest("textDocument/diagnostic", params);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  const { version, ...result } = answer;
  const items: Diagnostic[] = report.kind === "full" ? report.items : [];
  return {
    result: { ...result, file: source.fileName },
    remarks: items.map(({ range: { start }, severity, message }) =>
      remark(start.line, start.character, severities[severity ?? 1], String(message)),
    ),
  };
}

function serverGone(status: number | null): ProblemError {
  return new ProblemError({
    code: "server-ended",
    message: `The language server ended before it answered${status === null ? "" : ` (status ${status})`}.`,
    remedy: "Run the command without --through-server to see whether the engine itself works.",
    subject: "engine",
  });
}
