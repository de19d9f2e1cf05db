import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { CancellationToken } from "vscode-languageserver/node";
import { Listeners } from "../../../server/src/host/listeners.ts";
import { withProgress } from "../../../server/src/lsp/progress.ts";
import type { Session } from "../../../server/src/lsp/session.ts";

/** A client that takes its time to make a progress. */
function session(answersAfter: number) {
  const progress = {
    begin: vi.fn(),
    report: vi.fn(),
    done: vi.fn(),
    token: { onCancellationRequested: vi.fn() },
  };
  const createWorkDoneProgress = async () => {
    await sleep(answersAfter);
    return progress;
  };
  const it = {
    client: { showsProgress: true },
    connection: { window: { createWorkDoneProgress } },
    host: { onProgress: new Listeners() },
    documents: { uris: [] },
  };
  return { progress, session: it as unknown as Session };
}

it.each([
  ["before", 0, true],
  ["after", 200, false],
])("a progress that the client makes %s the work is done is ended", async (_, answersAfter, begun) => {
  const { progress, session: own } = session(answersAfter);
  await withProgress(own, "k", "Work", CancellationToken.None, () => sleep(500));
  await sleep(answersAfter + 20);
  expect(progress.begin).toHaveBeenCalledTimes(begun ? 1 : 0);
  expect(progress.done).toHaveBeenCalledTimes(1);
});
