import * as vscode from "vscode";
import { LABEL_FILE } from "../../server/src/protocol/feature.ts";
import { Refresher } from "./refresher.ts";

/**
 * Says when the user's labels may be others: however their file was changed, made or taken away (a save, a merge, another
 * program), once for several changes in a row.
 */
export class LabelWatch implements vscode.Disposable {
  readonly #watcher = vscode.workspace.createFileSystemWatcher(`**/${LABEL_FILE}`);
  readonly #refresher: Refresher;
  readonly #listeners: vscode.Disposable[];

  constructor(changed: () => void) {
    this.#refresher = new Refresher(async () => changed());
    const soon = () => this.#refresher.soon();
    this.#listeners = [
      this.#watcher.onDidChange(soon),
      this.#watcher.onDidCreate(soon),
      this.#watcher.onDidDelete(soon),
    ];
  }

  dispose(): void {
    this.#refresher.cancel();
    for (const it of [...this.#listeners, this.#watcher]) it.dispose();
  }
}
