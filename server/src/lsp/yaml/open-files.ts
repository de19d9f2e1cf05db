import { type CancellationToken, CancellationTokenSource } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PlacedProblem, PreparedDocument } from "../../analysis/document.ts";
import { Listeners } from "../../host/listeners.ts";
import { NotOpenError } from "../open-documents.ts";

/** A file of YAML looked up in the set-up that reads it. */
export interface CheckedFile {
  uri: string;
  version: number;
  prepared: PreparedDocument;
  /** All there are, of the text and of its set-up. */
  problems: PlacedProblem[];
}

/** Quiet time after an edit before a file is looked up in its set-up, in ms. */
const DEBOUNCE = 150;

interface Entry<C> {
  text: TextDocument;
  /** The check of the newest text, once it is asked for or due. */
  check: { promise: Promise<C>; source: CancellationTokenSource } | null;
  timer: NodeJS.Timeout | undefined;
}

type Check<C> = (text: TextDocument, token: CancellationToken) => Promise<C>;

/** The open files of one kind, recipes or probes. Each text is checked once; an edit cancels the check of the text before. */
export class OpenFiles<C extends CheckedFile> {
  /** A file's newest text was checked. */
  readonly onChecked = new Listeners<C>();
  readonly #entries = new Map<string, Entry<C>>();
  readonly #check: Check<C>;

  constructor(check: Check<C>) {
    this.#check = check;
  }

  /** A file was opened or edited. */
  changed(text: TextDocument): void {
    const entry: Entry<C> = this.#entries.get(text.uri) ?? { text, check: null, timer: undefined };
    entry.text = text;
    this.#entries.set(text.uri, entry);
    this.#schedule(entry);
  }

  closed(uri: string): void {
    const entry = this.#entries.get(uri);
    if (entry) this.#stop(entry);
    this.#entries.delete(uri);
  }

  /** Settings, labels or the engine changed: everything is looked up again. */
  again(): void {
    for (const entry of this.#entries.values()) this.#schedule(entry);
  }

  dispose(): void {
    for (const uri of [...this.#entries.keys()]) this.closed(uri);
  }

  has(uri: string): boolean {
    return this.#entries.has(uri);
  }

  /** The text as it is in the editor; null where it is not open. */
  text(uri: string): TextDocument | null {
    return this.#entries.get(uri)?.text ?? null;
  }

  /** The newest text, looked up in its set-up. Rejects with NotOpenError, and CancelledError where an edit overtakes it. */
  checked(uri: string): Promise<C> {
    const entry = this.#entries.get(uri);
    return entry ? this.#run(entry) : Promise.reject(new NotOpenError());
  }

  #schedule(entry: Entry<C>): void {
    this.#stop(entry);
    entry.timer = setTimeout(() => void this.#run(entry).catch(() => {}), DEBOUNCE);
  }

  #stop(entry: Entry<C>): void {
    clearTimeout(entry.timer);
    entry.check?.source.cancel();
    entry.check = null;
  }

  #run(entry: Entry<C>): Promise<C> {
    if (entry.check) return entry.check.promise;
    clearTimeout(entry.timer);
    const source = new CancellationTokenSource();
    const promise = this.#check(entry.text, source.token);
    const check = { promise, source };
    entry.check = check;
    promise.then(
      (checked) => {
        if (entry.check === check) this.onChecked.emit(checked);
      },
      () => {
        // A fault is not kept: the next one who asks tries anew.
        if (entry.check === check) entry.check = null;
      },
    );
    return promise;
  }
}
