import type { CancellationTokenSource } from "vscode-languageserver/node";
import type { ScanProgress } from "../scan/progress.ts";
import { progressText } from "../scan/progress-text.ts";
import type { Session } from "./session.ts";

/** Shows how far a scan is in the client; a click on the client's cancel button pauses it. */
export async function withScanProgress<T>(
  { client, connection }: Pick<Session, "client" | "connection">,
  pause: CancellationTokenSource,
  work: (report: (progress: ScanProgress) => void) => Promise<T>,
): Promise<T> {
  const shown = client.showsProgress
    ? await connection.window.createWorkDoneProgress().catch(() => null)
    : null;
  shown?.token.onCancellationRequested(() => pause.cancel());
  shown?.begin("Scanning (cancel pauses)", 0, "", true);
  try {
    return await work((progress) => {
      // Shares of another stage would run backwards in a bar.
      const percent = progress.stage === "corpus" ? Math.floor(100 * progress.share) : undefined;
      const text = pause.token.isCancellationRequested ? "Pausing …" : progressText(progress);
      if (percent === undefined) shown?.report(text);
      else shown?.report(percent, text);
    });
  } finally {
    shown?.done();
  }
}
