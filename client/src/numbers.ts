import type * as vscode from "vscode";
import type { GeneratedNews } from "../../server/src/protocol/compare.ts";

/** The language server as the views of its numbers see it. */
export interface Numbers {
  /** Sends a request; waits for a server that starts. One that is cancelled fails, and its work ends. */
  ask<T>(method: string, params: object, token?: vscode.CancellationToken): Promise<T>;
  /** What is shown of a file (null: of any file) may no longer belong to its text, its settings or its model. */
  readonly onStale: vscode.Event<string | null>;
  /** There are new numbers for a file, or a reason why there are none. */
  readonly onAnalysed: vscode.Event<string>;
}

/** One that also tells of texts while they are written. */
export interface WrittenNumbers extends Numbers {
  readonly onGenerated: vscode.Event<GeneratedNews>;
}

/** One that answers with edits, too. */
export interface EditedNumbers extends Numbers {
  /** Makes an edit (a WorkspaceEdit of LSP) as one step to undo. @returns whether the editor took it */
  apply(edit: object): Promise<boolean>;
}
