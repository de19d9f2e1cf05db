import type { CancellationTokenSource } from "vscode-languageserver/node";
import type { ExplainProgress } from "../explain/scored.ts";
import type { Session } from "./session.ts";

const stages = { examples: "Choosing examples …", labelling: "Labelling …", scoring: "Scoring …" } as const;

/** Shows how far the work on a label is in the client, whose cancel button ends it. */
export async function withExplainProgress<T>(
  { client, connection }: Pick<Session, "client" | "connection">,
  title: string,
  source: CancellationTokenSource,
  work: (report: (progress: ExplainProgress) => void) => Promise<T>,
): Promise<T> {
  const shown = client.showsProgress
    ? await connection.window.createWorkDoneProgress().catch(() => null)
    : null;
  shown?.token.onCancellationRequested(() => source.cancel());
  shown?.begin(title, 0, "", true);
  try {
    return await work(({ stage, share }) => shown?.report(Math.floor(100 * share), stages[stage]));
  } finally {
    shown?.done();
  }
}
