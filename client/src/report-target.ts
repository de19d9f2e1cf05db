import * as vscode from "vscode";
import { savedProbeEnding } from "../../server/src/protocol/probe-file.ts";
import type { ProbeReport } from "../../server/src/protocol/probe-report.ts";

/** Files of trained probes, each with its report. */
export const savedProbePattern = `**/*${savedProbeEnding}`;

const specificationEnding = ".probe.yaml";

/** A report: that of a file, or one that no file keeps. */
export type ReportTarget = { uri: vscode.Uri } | { report: ProbeReport };

/**
 * Whose report is meant: that of a path, of a URI (also as text), or a report itself; without one that of the active file, if it
 * is a trained probe or the specification of one, else what the user picks of the workspace.
 * @returns undefined where the user picks none, or there is none, which they are told
 */
export async function reportTarget(
  from: string | vscode.Uri | ProbeReport | undefined,
): Promise<ReportTarget | undefined> {
  if (from !== undefined) return targetOf(from);
  const active = vscode.window.activeTextEditor?.document.uri;
  const own = active && savedOf(active);
  if (own) return { uri: own };
  const found = await vscode.workspace.findFiles(savedProbePattern);
  if (found.length === 0)
    return void vscode.window.showInformationMessage(
      `This workspace has no trained probe (NAME${savedProbeEnding}). Train one: steerscope probe train NAME${specificationEnding}.`,
    );
  const items = found.map((it) => ({ label: vscode.workspace.asRelativePath(it), uri: it }));
  items.sort((a, b) => a.label.localeCompare(b.label));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Probe whose report to open" });
  return picked && { uri: picked.uri };
}

function targetOf(from: string | vscode.Uri | ProbeReport): ReportTarget {
  if (typeof from === "string")
    return { uri: /^[a-z][a-z\d+.-]+:\/\//i.test(from) ? vscode.Uri.parse(from) : vscode.Uri.file(from) };
  return "schema" in from ? { report: from } : { uri: from };
}

/** The file of the trained probe that a file is or specifies; undefined for others. */
function savedOf(uri: vscode.Uri): vscode.Uri | undefined {
  const { path } = uri;
  if (path.endsWith(savedProbeEnding)) return uri;
  if (!path.endsWith(specificationEnding)) return undefined;
  const name = path.split("/").at(-1)!.slice(0, -specificationEnding.length);
  return vscode.Uri.joinPath(uri, "..", `${name}${savedProbeEnding}`);
}
