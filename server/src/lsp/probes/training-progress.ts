import type { CancellationTokenSource } from "vscode-languageserver/node";
import type { TrainingStage } from "../../probes/train/train.ts";
import type { Session } from "../session.ts";

/** Where each stage begins and ends in the bar, in percent: reading texts and controls take most of the time. */
const shares: Record<TrainingStage, [from: number, to: number]> = {
  "reading data": [0, 2],
  "reading texts": [2, 40],
  training: [40, 70],
  controls: [70, 100],
};

/** Shows how far a training is in the client; a click on the client's cancel button cancels it. */
export async function withTrainingProgress<T>(
  { client, connection }: Pick<Session, "client" | "connection">,
  title: string,
  cancel: CancellationTokenSource,
  work: (tell: (stage: TrainingStage, done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const shown = client.showsProgress
    ? await connection.window.createWorkDoneProgress().catch(() => null)
    : null;
  shown?.token.onCancellationRequested(() => cancel.cancel());
  shown?.begin(title, 0, "", true);
  try {
    return await work((stage, done, total) => {
      const [from, to] = shares[stage];
      const percent = Math.floor(from + ((to - from) * done) / Math.max(1, total));
      shown?.report(percent, `${stage[0].toUpperCase()}${stage.slice(1)}: ${done} of ${total}`);
    });
  } finally {
    shown?.done();
  }
}
