import type * as vscode from "vscode";
import type { ContrastPlace } from "../../server/src/protocol/explore.ts";

/** What is selected in an editor, with its text; cursors that select nothing are left out. */
export function selectedPlaces({ document, selections }: vscode.TextEditor): ContrastPlace[] {
  return selections
    .filter(({ isEmpty }) => !isEmpty)
    .map((selection) => {
      const { start, end } = selection;
      return {
        range: {
          start: { line: start.line, character: start.character },
          end: { line: end.line, character: end.character },
        },
        text: document.getText(selection),
      };
    });
}
