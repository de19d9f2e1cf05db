import * as vscode from "vscode";

const own = /steerscope\.(explorer|inspect|feature)$/;

/** Where a panel opens: in the column of one of ours that stands beside the text already, else in one of its own. */
export function panelColumn(): vscode.ViewColumn {
  const { all } = vscode.window.tabGroups;
  const isOwn = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputWebview && own.test(input.viewType);
  const hasText = all.some(({ tabs }) => tabs.some(({ input }) => input instanceof vscode.TabInputText));
  const beside = all.find(
    ({ tabs, activeTab }) =>
      tabs.some(isOwn) && !(activeTab && activeTab.input instanceof vscode.TabInputText),
  );
  // Over a panel that is alone nothing would be left beside it.
  return beside && hasText && all.length > 1 ? beside.viewColumn : vscode.ViewColumn.Beside;
}
