import { type ChildProcess, fork } from "node:child_process";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { EngineOptions } from "../protocol/engine.ts";

/** How an engine's process ended. */
export interface EngineExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines it wrote to stderr: usually the reason. */
  lastWords: string;
}

export interface EngineProcess {
  readonly pid: number | null;
  readonly connection: MessageConnection;
  /** Ends the process at once; the engine keeps no state that would need saving. */
  kill(): void;
}

const LAST_WORDS = 2_000;

/**
 * Starts an engine in a child process of its own (I1: onnxruntime blocks the event loop it runs on).
 *
 * The channel is Node's IPC with structured clone, so typed arrays and Maps cross as they are. The child's stdout is kept
 * away from ours, which may be a language server's channel.
 */
export function startEngineProcess(
  module: string,
  options: EngineOptions,
  on: { exit(exit: EngineExit): void; output(line: string): void },
): EngineProcess {
  const child = fork(module, [], {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", STEERSCOPE_ENGINE_OPTIONS: JSON.stringify(options) },
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  // Writing to a child that has just died is no news: its exit is what counts.
  connection.onError(() => {});
  connection.listen();

  let lastWords = "";
  const listen = (stream: NodeJS.ReadableStream | null, keep: boolean): void => {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      if (keep) lastWords = (lastWords + chunk).slice(-LAST_WORDS);
      on.output(chunk.trimEnd());
    });
  };
  listen(child.stdout, false);
  listen(child.stderr, true);

  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  let ended = false;
  const end = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (ended) return;
    ended = true;
    process.removeListener("exit", killWithUs);
    connection.dispose();
    on.exit({ code, signal, lastWords: lastWords.trim() });
  };
  child.once("error", (error) => {
    lastWords += `\n${error.message}`;
    if (child.pid === undefined) end(null, null);
  });
  // "close" rather than "exit": by then stderr has been read to its end.
  child.once("close", end);
  return { pid: child.pid ?? null, connection, kill: () => killNow(child) };
}

function killNow(child: ChildProcess): void {
  // SIGKILL, because a process inside a native run() would not get to handle anything gentler.
  child.kill("SIGKILL");
}
