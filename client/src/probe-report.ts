import * as vscode from "vscode";

/** The command of the panel that shows a report. */
const panel = "steerscope.openProbeReport";
const [spec, trained] = [".probe.yaml", ".probe.json"];

/** The trained probe that a specification makes. */
export const trainedBeside = (uri: vscode.Uri): string =>
  uri.fsPath.endsWith(spec) ? `${uri.fsPath.slice(0, -spec.length)}${trained}` : uri.fsPath;

/** Shows what was measured of a trained probe. @param file its `NAME.probe.json` */
export async function openReport(file: string): Promise<void> {
  if ((await vscode.commands.getCommands(true)).includes(panel)) {
    await vscode.commands.executeCommand(panel, file);
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await vscode.window.showTextDocument(document);
}
