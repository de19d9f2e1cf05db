import * as vscode from "vscode";

const own = /steerscope\.(compare|explorer|feature|probeReport|tokens)$/;

/**
 * Where a panel opens: in the column of one of ours that stands beside the text already, else in one of its own. It takes the
 * cursor only where it would otherwise be left behind the panel.
 */
export function panelColumn(): { viewColumn: vscode.ViewColumn; preserveFocus: boolean } {
  const { all } = vscode.window.tabGroups;
  const isOwn = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputWebview && own.test(input.viewType);
  const hasText = all.some(({ tabs }) => tabs.some(({ input }) => input instanceof vscode.TabInputText));
  const beside = all.find(
    ({ tabs, activeTab }) =>
      tabs.some(isOwn) && !(activeTab && activeTab.input instanceof vscode.TabInputText),
  );
  // Over a panel that is alone nothing would be left beside it.
  const isReused = beside && hasText && all.length > 1;
  const viewColumn = isReused ? beside.viewColumn : vscode.ViewColumn.Beside;
  return { viewColumn, preserveFocus: !isActive(viewColumn) };
}

/** Whether the cursor is in a column. */
export function isActive(column: vscode.ViewColumn | undefined): boolean {
  return column !== undefined && vscode.window.tabGroups.activeTabGroup?.viewColumn === column;
}
