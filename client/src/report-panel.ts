import * as vscode from "vscode";
import type { ProbeReport } from "../../server/src/protocol/probe-report.ts";
import type {
  FromReportPanel,
  ReportPanelState,
  ToReportPanel,
} from "../../server/src/protocol/report-panel.ts";
import type { Numbers } from "./numbers.ts";
import { Panel } from "./panel.ts";
import { panelColumn } from "./panel-column.ts";
import { readReport } from "./read-report.ts";
import { type ReportTarget, reportTarget } from "./report-target.ts";

/** What stands in the place of a path where examples were drawn and no file holds them. */
const drawn = "tinytown";

/**
 * The panel that shows what was measured of a probe. It reads a file and nothing else: no server, no model. What it shows is read
 * anew whenever the file changes.
 */
export class ReportPanel extends Panel<FromReportPanel, ToReportPanel, ReportPanelState> {
  static readonly viewType = "steerscope.probeReport";
  #target: ReportTarget | undefined;
  /** What is shown. */
  #report: ProbeReport | undefined;
  #watch: vscode.Disposable[] = [];

  constructor(numbers: Numbers, extension: vscode.Uri) {
    super(numbers, extension, { viewType: ReportPanel.viewType, title: "Probe report", bundle: "report" });
  }

  /** Opens the panel on a trained probe's report, or on a report that no file keeps. */
  async show(from?: string | vscode.Uri | ProbeReport): Promise<void> {
    const target = await reportTarget(from);
    if (!target) return;
    this.#turnTo(target);
    if (!this.panel) return this.open(panelColumn());
    this.panel.reveal(undefined, true);
    await this.refresh();
  }

  override dispose(): void {
    this.#unwatch();
    super.dispose();
  }

  /** A report belongs to no prompt. */
  protected override isOwn(): boolean {
    return false;
  }

  /** Nothing of it depends on settings or on the engine. */
  protected override stale(): void {}

  protected override restore(state: ReportPanelState | undefined): void {
    this.#unwatch();
    this.#target = undefined;
    if (state?.uri) this.#turnTo({ uri: vscode.Uri.parse(state.uri) });
  }

  protected override closed(): void {
    this.#unwatch();
  }

  protected override receive(message: FromReportPanel): void {
    if (message.type === "ready") void this.refresh();
    else if (message.type === "reveal") void this.#reveal(message.error);
    else void this.#copy(message.text);
  }

  protected override async fill(isCurrent: () => boolean): Promise<void> {
    if (!this.panel) return;
    const target = this.#target;
    const uri = target && "uri" in target ? target.uri : undefined;
    let message: ToReportPanel;
    try {
      if (!target)
        throw new Error(
          "This report was kept in no file. Sweep the probe again, or run “Steerscope: Open a probe’s report…”.",
        );
      const report = "report" in target ? target.report : await readReport(target.uri);
      const file = uri ? vscode.workspace.asRelativePath(uri) : "";
      message = { type: "show", uri: uri?.toString() ?? "", file, report };
    } catch (error) {
      message = { type: "problem", uri: uri?.toString() ?? "", message: (error as Error).message };
    }
    if (!isCurrent() || !this.panel) return;
    this.#report = message.type === "show" ? message.report : undefined;
    this.panel.title = this.#report ? `Probe: ${this.#report.name}` : "Probe report";
    this.send(message);
  }

  #turnTo(target: ReportTarget): void {
    this.#unwatch();
    this.#target = target;
    if (!("uri" in target)) return;
    const { uri } = target;
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, ".."), "*.json");
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const changed = (it: vscode.Uri) => {
      if (it.toString() === uri.toString()) this.refresher.soon();
    };
    this.#watch = [
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
    ];
  }

  #unwatch(): void {
    for (const it of this.#watch) it.dispose();
    this.#watch = [];
  }

  async #copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
    this.send({ type: "copied" });
  }

  /** Opens the file that an example came from at its line, beside the panel. */
  async #reveal(error: number): Promise<void> {
    const source = this.#report?.errors[error]?.source;
    if (!source || source.path === drawn) return;
    const line = Math.max(0, source.line - 1);
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(source.path));
      await vscode.window.showTextDocument(document, {
        selection: new vscode.Range(line, 0, line, 0),
        viewColumn: vscode.ViewColumn.One,
      });
    } catch (problem) {
      void vscode.window.showErrorMessage(
        `${source.where} cannot be shown: ${(problem as Error).message} Where the data has moved, train the probe again.`,
      );
    }
  }
}
