import * as vscode from "vscode";
import type { Numbers } from "./numbers.ts";
import { adoptPanel } from "./panel-page.ts";
import { Refresher } from "./refresher.ts";

/** What kind of panel it is: its type to VS Code, its title before it shows anything, and the bundle that draws it. */
export interface PanelKind {
  viewType: string;
  title: string;
  bundle: string;
}

/**
 * A view that has one panel, or none: opened, hidden (when it has no page), restored with the window, closed, opened again. It
 * belongs to one file at a time, and hears when numbers of that are stale and when new ones are there.
 */
export abstract class Panel<From, To, State> implements vscode.WebviewPanelSerializer<State> {
  protected panel: vscode.WebviewPanel | undefined;
  protected readonly refresher = new Refresher((isCurrent) => this.fill(isCurrent));
  readonly #kind: PanelKind;
  readonly #extension: vscode.Uri;
  readonly #listeners: vscode.Disposable[];

  constructor(numbers: Numbers, extension: vscode.Uri, kind: PanelKind) {
    this.#extension = extension;
    this.#kind = kind;
    this.#listeners = [
      numbers.onStale((uri) => {
        if (uri === null || this.isOwn(uri)) this.stale(uri === null);
      }),
      numbers.onAnalysed((uri) => {
        if (this.isOwn(uri)) void this.refresher.now();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.isOwn(uri.toString())) void this.refresher.now();
      }),
    ];
  }

  /** Whether a file is the one that the panel belongs to. */
  protected abstract isOwn(uri: string): boolean;
  /** A message of the page. */
  protected abstract receive(message: From): void;
  /** Takes up what a panel of an earlier window showed. */
  protected abstract restore(state: State | undefined): void;
  /** Asks for what is shown anew; it must send nothing once `isCurrent()` is false. */
  protected abstract fill(isCurrent: () => boolean): Promise<void>;
  /** What is drawn of the file, or of all, no longer holds. */
  protected abstract stale(all: boolean): void;
  /** The user closed the panel: what was under way for it ends. */
  protected abstract closed(): void;

  /** Asks for everything anew, e.g. after the labels changed. */
  refresh(): Promise<void> {
    return this.refresher.now();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: State | undefined): Promise<void> {
    this.panel?.dispose();
    this.restore(state);
    this.#adopt(panel);
  }

  dispose(): void {
    this.refresher.cancel();
    for (const listener of this.#listeners) listener.dispose();
    this.panel?.dispose();
  }

  /** Opens a new panel. */
  protected open(
    column: vscode.ViewColumn | { viewColumn: vscode.ViewColumn; preserveFocus?: boolean },
  ): void {
    this.#adopt(vscode.window.createWebviewPanel(this.#kind.viewType, this.#kind.title, column));
  }

  /** Listens for as long as the view is there. */
  protected listen(...listeners: vscode.Disposable[]): void {
    this.#listeners.push(...listeners);
  }

  protected send(message: To): void {
    void this.panel?.webview.postMessage(message);
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    adoptPanel<From>(panel, this.#extension, this.#kind.bundle, {
      isOwn: () => panel === this.panel,
      receive: (message) => this.receive(message),
      closed: () => {
        this.panel = undefined;
        this.refresher.cancel();
        this.closed();
      },
    });
  }
}
