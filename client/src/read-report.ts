import * as vscode from "vscode";
import { type SavedProbe, savedProbeEnding, savedProbeSchema } from "../../server/src/protocol/probe-file.ts";
import type { ProbeReport } from "../../server/src/protocol/probe-report.ts";

/**
 * The report of a trained probe, or one that was written by itself (`probe sweep --json`).
 * @throws Error saying what is wrong with the file and what to do
 */
export async function readReport(uri: vscode.Uri): Promise<ProbeReport> {
  const name = vscode.workspace.asRelativePath(uri);
  let text: string;
  try {
    text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    throw new Error(
      `There is no trained probe ${name}. Train it: steerscope probe train ${name.replace(savedProbeEnding, ".probe.yaml")}.`,
    );
  }
  const report = reportIn(text);
  if (!report)
    throw new Error(`${name} holds no report of a probe that this version can read. Train the probe again.`);
  return report;
}

function reportIn(text: string): ProbeReport | null {
  let json: Partial<SavedProbe> | Partial<ProbeReport> | null;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const report: Partial<ProbeReport> | undefined | null =
    json?.schema === savedProbeSchema ? (json as Partial<SavedProbe>).report : (json as Partial<ProbeReport>);
  return report && isWhole(report) ? report : null;
}

/** Whether all that a page reads of a report is there. */
function isWhole(it: Partial<ProbeReport>): it is ProbeReport {
  const lists = [it.cells, it.errors, it.conventions, it.depth, it.data?.classes, it.data?.problems];
  const schema: ProbeReport["schema"] = "steerscope.probe-report/1";
  return it.schema === schema && lists.every(Array.isArray) && !!it.model && !!it.target && !!it.timing;
}
