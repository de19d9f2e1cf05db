import type { ResponseError } from "vscode-jsonrpc/node";
import type { Problem } from "../protocol/problem.ts";
import type { EngineExit } from "./engine-process.ts";
import { CancelledError, isProblem, ProblemError } from "./problem-error.ts";
import { reportIt, startAgain } from "./remedies.ts";

/** The code vscode-jsonrpc and LSP give to a request that ended because it was cancelled. */
const REQUEST_CANCELLED = -32800;

/** The error a caller gets for an error the engine answered. */
export function engineError(error: ResponseError<unknown>): Error {
  if (error.code === REQUEST_CANCELLED) return new CancelledError();
  if (isProblem(error.data)) return new ProblemError(error.data);
  return new ProblemError({
    code: "engine-fault",
    message: `The engine failed without saying why in a way that can be shown: ${error.message}`,
    remedy: reportIt,
    subject: "engine",
  });
}

/** How the process ended, in words, with the reason it gave. */
export function engineGone(exit: EngineExit): string {
  const how = exit.signal
    ? `it was ended by ${exit.signal}${exit.signal === "SIGKILL" ? " (the system does that when memory runs out)" : ""}`
    : exit.code === null
      ? "its process could not be started"
      : `it exited with status ${exit.code}`;
  const reason = reasonIn(exit.lastWords);
  return reason ? `${how}, saying: ${reason}` : `${how}.`;
}

/** A call that was in flight when the engine died, and again when it was asked a second time. */
export function crashedTwice(exit: EngineExit): Problem {
  return {
    code: "engine-crashed",
    message: `The engine ended twice on the same work; ${engineGone(exit)}`,
    remedy: `Try a smaller prompt or model, or a lower memory budget (setting steerscope.memoryBudgetMB). ${startAgain}`,
    subject: "engine",
  };
}

/** The host has given up starting the engine. */
export function engineKeepsCrashing(exit: EngineExit): Problem {
  return {
    code: "engine-keeps-crashing",
    message: `The engine ended several times within a minute and is not started again; the last time ${engineGone(exit)}`,
    remedy: startAgain,
    subject: "engine",
  };
}

/** The engine's process ends before it listens: its files are incomplete, or made for another machine. */
export function engineCannotStart(exit: EngineExit): Problem {
  return {
    code: "engine-cannot-start",
    message: `The engine cannot start; ${engineGone(exit)}`,
    remedy: `Install Steerscope again (a checkout: npm ci) on a system that onnxruntime supports. ${startAgain}`,
    subject: "engine",
  };
}

/** The line of a Node stack trace that names the error, else the last line there is. */
function reasonIn(lastWords: string): string {
  const lines = lastWords.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => /^\w*Error\b/.test(line));
  return (error ?? lines.at(-1) ?? "").trim().slice(0, 300);
}

/** Text that was being written is lost with its process. */
export function endedWhileWriting(): Problem {
  return {
    code: "engine-ended-writing",
    message: "The engine ended while the model was writing.",
    remedy: "Run it again.",
    subject: "engine",
  };
}
