import { Worker } from "node:worker_threads";
import { firstLine } from "../errors.ts";
import { KernelsUnavailable } from "./unavailable.ts";

/** How long a thread may take to start. */
const patience = 5_000;

/** All a helper does: it never returns to its event loop until it is sent home. */
const life = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, thread } = workerData;
const kernels = new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports;
parentPort.postMessage("here");
kernels.help(thread);
`;

/**
 * Starts threads 1 to n of the kernels. Their program is handed over as text, so that no bundle needs a file more.
 * @param lost told when one of them ends
 * @throws KernelsUnavailable where one does not start
 */
export async function startHelpers(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  n: number,
  lost: () => void,
): Promise<Worker[]> {
  const helpers = Array.from({ length: n }, (_, i) => {
    const workerData = { module, memory, thread: i + 1 };
    return new Worker(life, { eval: true, execArgv: [], workerData });
  });
  try {
    await Promise.all(helpers.map(started));
  } catch (error) {
    for (const helper of helpers) void helper.terminate();
    throw new KernelsUnavailable(firstLine(error), false);
  }
  for (const helper of helpers) {
    helper.on("error", lost);
    helper.on("exit", lost);
    // They must not keep a process alive that has nothing else to do.
    helper.unref();
  }
  return helpers;
}

function started(helper: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a thread did not start in time")), patience);
    const done = (end: () => void) => {
      clearTimeout(timer);
      helper.removeAllListeners();
      end();
    };
    helper.once("message", () => done(resolve));
    helper.once("error", (error) => done(() => reject(error)));
    helper.once("exit", () => done(() => reject(new Error("a thread ended at once"))));
  });
}
