import { type CancellationToken, CancellationTokenSource } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { DocumentAnalysis, PreparedDocument } from "../analysis/document.ts";
import { Listeners } from "../host/listeners.ts";
import { CancelledError, toProblem } from "../host/problem-error.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Settings } from "../protocol/settings.ts";

/** How the work on one version of a document ended. */
export type Outcome =
  | { kind: "done"; version: number; settings: Settings; document: DocumentAnalysis }
  | { kind: "failed"; version: number; settings: Settings; document: PreparedDocument; problem: Problem };

/** The work on a version, step by step; the steps belong to the server, their order to {@link OpenDocuments}. */
export interface Work {
  prepare(document: TextDocument): Promise<{ prepared: PreparedDocument; settings: Settings }>;
  analyse(prepared: PreparedDocument, token: CancellationToken): Promise<DocumentAnalysis>;
  forget(uri: string): void;
}

/** A document as far as it is known without the engine. */
export interface ReadDocument {
  document: PreparedDocument;
  settings: Settings;
}

interface Entry {
  text: TextDocument;
  prepared: ReadDocument | null;
  outcome: Outcome | null;
  running: CancellationTokenSource | null;
  timer: NodeJS.Timeout | undefined;
  /** Settle when the newest version has been read, and when it has an outcome. */
  reading: Set<Waiter<ReadDocument>>;
  waiting: Set<Waiter<Outcome>>;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** The document was closed, or never open. */
export class NotOpenError extends Error {}

/** Quiet time after an edit before its text is analysed, in ms. */
export const DEBOUNCE = 80;

/**
 * The open documents and the state of their analyses. The newest text wins: an edit cancels the work on older text, and an
 * outcome is only ever handed out for the version that is open.
 */
export class OpenDocuments {
  readonly onOutcome = new Listeners<{ uri: string; outcome: Outcome }>();
  private readonly work: Work;
  private readonly entries = new Map<string, Entry>();

  constructor(work: Work) {
    this.work = work;
  }

  get uris(): string[] {
    return [...this.entries.keys()];
  }

  /** A document was opened or edited. */
  changed(text: TextDocument): void {
    let entry = this.entries.get(text.uri);
    const opened = entry === undefined;
    if (!entry) {
      entry = {
        text,
        prepared: null,
        outcome: null,
        running: null,
        timer: undefined,
        reading: new Set(),
        waiting: new Set(),
      };
      this.entries.set(text.uri, entry);
    }
    entry.text = text;
    this.schedule(entry, opened ? 0 : DEBOUNCE);
  }

  closed(uri: string): void {
    const entry = this.entries.get(uri);
    if (!entry) return;
    this.entries.delete(uri);
    this.stop(entry);
    settleAll(entry.reading, (waiter) => waiter.reject(new NotOpenError()));
    settleAll(entry.waiting, (waiter) => waiter.reject(new NotOpenError()));
    this.work.forget(uri);
  }

  /** Settings, models or the engine changed: everything is worked out again. */
  again(): void {
    // Clients tell of one change more than once: a short wait makes one piece of work of it.
    for (const entry of this.entries.values()) this.schedule(entry, DEBOUNCE);
  }

  dispose(): void {
    for (const uri of this.uris) this.closed(uri);
  }

  /** The outcome for the version that is open now, if it is there already. */
  current(uri: string): Outcome | null {
    const entry = this.entries.get(uri);
    return entry?.outcome ?? null;
  }

  /** What is known of the open version without the engine. */
  prepared(uri: string): ReadDocument | null {
    return this.entries.get(uri)?.prepared ?? null;
  }

  /** The version that is open; 0 where none is. */
  version(uri: string): number {
    return this.entries.get(uri)?.text.version ?? 0;
  }

  /**
   * The outcome for the newest version, as soon as there is one. Rejects with {@link NotOpenError} for a document that is
   * closed meanwhile, with a CancelledError when the token says so.
   */
  fresh(uri: string, token?: CancellationToken): Promise<Outcome> {
    const entry = this.entries.get(uri);
    if (!entry) return Promise.reject(new NotOpenError());
    return entry.outcome ? Promise.resolve(entry.outcome) : waitIn(entry.waiting, token);
  }

  /** What can be known of the newest version without the engine; rejects like {@link fresh}. */
  read(uri: string, token?: CancellationToken): Promise<ReadDocument> {
    const entry = this.entries.get(uri);
    if (!entry) return Promise.reject(new NotOpenError());
    return entry.prepared ? Promise.resolve(entry.prepared) : waitIn(entry.reading, token);
  }

  private schedule(entry: Entry, delay: number): void {
    this.stop(entry);
    entry.outcome = null;
    entry.prepared = null;
    entry.timer = setTimeout(() => void this.run(entry), delay);
  }

  private stop(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.running?.cancel();
    entry.running = null;
  }

  private async run(entry: Entry): Promise<void> {
    const source = new CancellationTokenSource();
    entry.running = source;
    const { version } = entry.text;
    const isCurrent = (): boolean => entry.running === source;
    let read: Awaited<ReturnType<Work["prepare"]>>;
    try {
      read = await this.work.prepare(entry.text);
    } catch (error) {
      // Reading never fails on bad input, only on a fault of ours: nobody may be left waiting for it.
      if (!isCurrent()) return;
      entry.running = null;
      settleAll(entry.reading, (waiter) => waiter.reject(error as Error));
      settleAll(entry.waiting, (waiter) => waiter.reject(error as Error));
      return;
    }
    if (!isCurrent()) return;
    const { prepared, settings } = read;
    const known: ReadDocument = { document: prepared, settings };
    entry.prepared = known;
    settleAll(entry.reading, (waiter) => waiter.resolve(known));
    let outcome: Outcome;
    try {
      const document = await this.work.analyse(prepared, source.token);
      outcome = { kind: "done", version, settings, document };
    } catch (error) {
      outcome = { kind: "failed", version, settings, document: prepared, problem: problemOf(error) };
    }
    if (!isCurrent()) return;
    entry.outcome = outcome;
    entry.running = null;
    settleAll(entry.waiting, (waiter) => waiter.resolve(outcome));
    this.onOutcome.emit({ uri: entry.text.uri, outcome });
  }
}

function waitIn<T>(waiting: Set<Waiter<T>>, token: CancellationToken | undefined): Promise<T> {
  if (token?.isCancellationRequested) return Promise.reject(new CancelledError());
  return new Promise((resolve, reject) => {
    const waiter = { resolve, reject };
    waiting.add(waiter);
    token?.onCancellationRequested(() => {
      waiting.delete(waiter);
      reject(new CancelledError());
    });
  });
}

function settleAll<T>(waiting: Set<Waiter<T>>, settle: (waiter: Waiter<T>) => void): void {
  const all = [...waiting];
  waiting.clear();
  all.forEach(settle);
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof CancelledError)) return toProblem(error);
  return {
    code: "analysis-cancelled",
    message: "The analysis was cancelled.",
    remedy: "Edit the file, or run “Steerscope: Restart server”, to start it again.",
    subject: "engine",
  };
}
