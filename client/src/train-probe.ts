import * as vscode from "vscode";
import type { ProbeReport } from "../../server/src/protocol/probe-report.ts";
import type { TrainProbeAnswer, TrainProbeParams } from "../../server/src/protocol/probe-requests.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { enableProbe, entryFor } from "./enabled-probes.ts";
import type { Numbers } from "./numbers.ts";
import { isProbe } from "./prompt-files.ts";

const enableHere = "Enable here";
const keep = "Keep and enable here";
const report = "Open report";
const replace = "Replace it";
/** Cancelled by the request, or by the button of its progress. */
const cancelledCodes = [-32800, -32802];

/**
 * Trains the probe of a specification, or sweeps over its places, with a button that cancels; the language server shows how far
 * it is. At the end it is said what came of it.
 * @param from a specification's URI; without it the active file, else one that the user chooses
 * @param changed is called once there is another trained probe
 */
export async function trainProbe(
  numbers: Numbers,
  sweep: boolean,
  from: string | vscode.Uri | undefined,
  changed: () => void,
): Promise<void> {
  const uri = await specificationOf(from);
  if (!uri) return;
  let answer: TrainProbeAnswer;
  try {
    const params: TrainProbeParams = { textDocument: { uri: uri.toString() }, ...(sweep && { sweep }) };
    // The server tells how far it is in the status bar, which has no button to end it.
    answer = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `${sweep ? "Sweeping" : "Training"} ${vscode.workspace.asRelativePath(uri)}…`,
        cancellable: true,
      },
      (_, token) => numbers.ask<TrainProbeAnswer>(SteerscopeMethod.trainProbe, params, token),
    );
  } catch (error) {
    const { code, message } = error as Error & { code?: number };
    const isCancelled = cancelledCodes.includes(code ?? 0);
    const said = isCancelled
      ? "The training was cancelled. What was read of the texts is kept: the next run goes on from there."
      : `The probe was not trained. ${message}`;
    if (isCancelled) void vscode.window.showInformationMessage(said);
    else void vscode.window.showErrorMessage(said);
    return;
  }
  changed();
  await tell(answer, changed);
}

/** Says what came of it, and does what is chosen then. */
async function tell(
  { report: measured, file, beside }: TrainProbeAnswer,
  changed: () => void,
): Promise<void> {
  if (file === null) {
    const why = measured.cells.find(({ problem }) => problem !== null)?.problem ?? "";
    void vscode.window.showErrorMessage(`No probe could be trained. ${why}`);
    return;
  }
  const isKept = file === beside;
  const enable = isKept ? enableHere : keep;
  const answer = await vscode.window.showInformationMessage(outcome(measured, isKept), enable, report);
  if (answer === report) await vscode.commands.executeCommand("steerscope.openProbeReport", file);
  if (answer !== enable) return;
  if (!isKept && !(await copied(file, beside))) return;
  await enableProbe({ file: beside, entry: entryFor(beside) }, true);
  changed();
}

/** One paragraph: how good it is, what to trust, and how many texts had to be read. */
function outcome({ name, cells, chosen, figures, trust, timing }: ProbeReport, isKept: boolean): string {
  const cell = chosen === null ? null : cells[chosen];
  const best = cell ? `${cell.kind} at ${cell.source}, ${cell.position}` : "";
  const figure = figures ? `${figures.leading.value.toFixed(2)} ${figures.measure} on held-out examples` : "";
  const head = isKept
    ? `Trained ${name}: ${best}, ${figure}.`
    : `Swept ${cells.length} probes of ${name}. Best: ${best}, ${figure}.`;
  const read = `Read ${timing.read} of ${timing.texts} texts (the others were known).`;
  return [head, trust?.sentence, read].filter(Boolean).join(" ");
}

/** Puts the best probe of a sweep beside its specification. @returns whether it lies there now */
async function copied(file: string, beside: string): Promise<boolean> {
  const target = vscode.Uri.file(beside);
  const isThere = await vscode.workspace.fs.stat(target).then(
    () => true,
    () => false,
  );
  if (isThere) {
    const question = `${vscode.workspace.asRelativePath(target)} holds the probe that was trained last.`;
    if ((await vscode.window.showWarningMessage(question, { modal: true }, replace)) !== replace)
      return false;
  }
  // The tensors first: the JSON is what makes the two files a probe.
  for (const ending of [".safetensors", ".json"]) {
    const [source, destination] = [file, beside].map((it) => vscode.Uri.file(it.replace(/\.json$/, ending)));
    await vscode.workspace.fs.copy(source, destination, { overwrite: true });
  }
  return true;
}

async function specificationOf(from: string | vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (typeof from === "string") return vscode.Uri.parse(from);
  if (from) return from;
  const active = vscode.window.activeTextEditor?.document;
  if (active && isProbe(active)) return active.uri;
  const found = await vscode.workspace.findFiles("**/*.probe.yaml", "**/node_modules/**");
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      "This workspace has no probe. Make a file NAME.probe.yaml that says what it learns and from which texts.",
    );
    return undefined;
  }
  const items = found
    .map((it) => ({ label: vscode.workspace.asRelativePath(it), uri: it }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const choice = await vscode.window.showQuickPick(Promise.resolve(items), { placeHolder: "Probe to train" });
  return choice?.uri;
}
