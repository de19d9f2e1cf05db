import { parentPort } from "node:worker_threads";
import { type Task, type TaskAnswer, tasks } from "./task.ts";

/** A thread that trains probes: a task in, its result out. */
parentPort?.on("message", ({ name, params }: Task) => {
  let answer: TaskAnswer;
  try {
    answer = { result: (tasks[name] as (params: unknown) => unknown)(params) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer = { message, ours: error instanceof RangeError };
  }
  parentPort?.postMessage(answer);
});
