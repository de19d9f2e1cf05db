import { type CancellationToken, CancellationTokenSource } from "vscode-languageserver/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError } from "../host/problem-error.ts";
import { Comparer } from "../steering/compare/comparer.ts";

/** A text that a comparison rests on changed while it ran. */
export class OutdatedError extends Error {}

/** The comparisons that run: an edit of a prompt or a recipe ends those that rest on it. */
export class Comparisons {
  readonly comparer: Comparer;
  readonly #running = new Set<{ uris: Set<string>; source: CancellationTokenSource; outdated: boolean }>();

  constructor(host: EngineHost) {
    this.comparer = new Comparer(host);
  }

  /** @param uri the document that changed; null: settings did, on which all rest */
  changed(uri: string | null): void {
    for (const run of this.#running) {
      if (uri !== null && !run.uris.has(uri)) continue;
      run.outdated = true;
      run.source.cancel();
    }
  }

  /**
   * @param work adds the URIs of what it rests on to those it is given
   * @throws OutdatedError where one of them changed meanwhile
   */
  async run<T>(
    token: CancellationToken,
    work: (inner: CancellationToken, uris: Set<string>) => Promise<T>,
  ): Promise<T> {
    const run = { uris: new Set<string>(), source: new CancellationTokenSource(), outdated: false };
    const chained = token.onCancellationRequested(() => run.source.cancel());
    if (token.isCancellationRequested) run.source.cancel();
    this.#running.add(run);
    try {
      const done = await work(run.source.token, run.uris);
      // What ended in the same moment is of no use either.
      if (run.source.token.isCancellationRequested) throw new CancelledError();
      return done;
    } catch (error) {
      throw run.outdated ? new OutdatedError() : error;
    } finally {
      chained.dispose();
      this.#running.delete(run);
    }
  }
}
