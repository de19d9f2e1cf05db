import { type CancellationToken, CancellationTokenSource } from "vscode-jsonrpc/node";
import { whenInterrupted } from "./interrupt.ts";
import { ProgressLine } from "./progress-line.ts";

/** Runs work with a line of progress on stderr; the first Ctrl-C cancels it, the second ends the process. */
export async function interruptible<T>(
  work: (token: CancellationToken, show: (text: string) => void) => Promise<T>,
): Promise<T> {
  const source = new CancellationTokenSource();
  const line = new ProgressLine();
  const release = whenInterrupted(() => {
    if (source.token.isCancellationRequested) return false;
    source.cancel();
    return true;
  });
  try {
    return await work(source.token, (text) => line.show(text));
  } finally {
    line.end();
    release();
  }
}
