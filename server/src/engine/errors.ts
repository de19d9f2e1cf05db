import type { Device } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";

/** Bad input or a failed run, with what to do about it; crosses the process border as its {@link Problem}. */
export class EngineError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.message} ${problem.remedy}`);
    this.name = "EngineError";
    this.problem = problem;
  }
}

/** A problem that the CPU found, wherever the model runs: no accelerator is to blame. */
export class FoundOnCpu extends EngineError {}

/** An accelerator stopped working while it was in use (lost, out of memory, driver gone); the CPU can take over. */
export class DeviceLost extends Error {
  readonly device: Device;

  constructor(device: Device, reason: unknown) {
    super(firstLine(reason));
    this.name = "DeviceLost";
    this.device = device;
  }
}

/** First line of whatever was thrown, short enough to show. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0].slice(0, 200);
}
