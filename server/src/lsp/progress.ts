import { type CancellationToken, CancellationTokenSource } from "vscode-languageserver/node";
import type { EngineProgress } from "../protocol/engine.ts";
import type { Session } from "./session.ts";

/** Work shorter than this is not worth a progress bar, in ms. */
const DELAY = 400;

const stages = {
  loading: "Loading",
  calibrating: "Calibrating",
  analysing: "Analysing",
  embedding: "Embedding labels",
} as const;

/**
 * Runs work and shows its progress in the client once it takes long (`window/workDoneProgress/create`); a click on the
 * client's cancel button cancels it.
 *
 * @param work is given how to tell of progress that the engine does not report
 * @param key whose progress the engine reports: that under another document's key is not shown.
 */
export async function withProgress<T>(
  session: Session,
  key: string,
  title: string,
  token: CancellationToken,
  work: (token: CancellationToken, tell: (progress: EngineProgress) => void) => Promise<T>,
): Promise<T> {
  if (!session.client.showsProgress) return work(token, () => {});
  const source = new CancellationTokenSource();
  const chained = token.onCancellationRequested(() => source.cancel());
  let latest: EngineProgress | null = null;
  let ended = false;
  let end = (): void => {};
  let report = (): void => {};
  const tell = (progress: EngineProgress) => {
    latest = progress;
    report();
  };
  const unsubscribe = session.host.onProgress.on((progress) => {
    if (progress.key === key || !session.documents.uris.includes(progress.key)) tell(progress);
  });
  const timer = setTimeout(async () => {
    const progress = await session.connection.window.createWorkDoneProgress().catch(() => null);
    if (!progress) return;
    if (ended) {
      // The work was done before the client had answered: what it made for it has to go.
      progress.done();
      return;
    }
    progress.token.onCancellationRequested(() => source.cancel());
    progress.begin(title, latest ? share(latest) : undefined, latest ? describe(latest) : undefined, true);
    report = () => latest && progress.report(share(latest), describe(latest));
    end = () => progress.done();
  }, DELAY);
  try {
    return await work(source.token, tell);
  } finally {
    ended = true;
    clearTimeout(timer);
    unsubscribe();
    chained.dispose();
    end();
  }
}

function share({ done, total }: EngineProgress): number {
  return total > 0 ? Math.round((100 * done) / total) : 0;
}

function describe(progress: EngineProgress): string {
  return stages[progress.stage];
}
