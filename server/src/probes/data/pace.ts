import { setImmediate } from "node:timers/promises";
import { CancelledError } from "../../host/problem-error.ts";
import type { Cancellation } from "./types.ts";

/** Milliseconds after which others have their turn. */
const turn = 20;

/**
 * A pace for long loops in the process that also answers an editor: between two of its steps others have their turn now and then.
 * @returns to be called before each step; what it gives back is to be awaited, and rejects with CancelledError
 */
export function paceOf(cancellation?: Cancellation): () => Promise<void> | undefined {
  let since = performance.now();
  const pause = async () => {
    await setImmediate();
    if (cancellation?.isCancellationRequested) throw new CancelledError();
    since = performance.now();
  };
  return () => (performance.now() - since < turn ? undefined : pause());
}
