import { DeviceLost, EngineError, FoundOnCpu } from "./errors.ts";
import type { LoadedSetup } from "./setups/loaded-setup.ts";

/** Does a piece of work, whose failure may be the device's. */
export function blaming<T>(setup: LoadedSetup, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    throw blameDevice(error, setup);
  });
}

/** Numbers that are not finite on an accelerator are its fault until the CPU gives them too. */
export function blameDevice(error: unknown, { description: { model } }: LoadedSetup): unknown {
  const notFinite = error instanceof EngineError && error.problem.code === "weights-nan";
  return notFinite && !(error instanceof FoundOnCpu) && model.device !== "cpu"
    ? new DeviceLost(model.device, "its numbers are not finite")
    : error;
}
