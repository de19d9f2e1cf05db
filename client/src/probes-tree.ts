import * as vscode from "vscode";
import type { ListedProbe, ProbesAnswer, ProbesParams } from "../../server/src/protocol/probe-requests.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { enableProbe } from "./enabled-probes.ts";
import type { Numbers } from "./numbers.ts";
import { isPrompt } from "./prompt-files.ts";
import { Refresher } from "./refresher.ts";

/** An entry of the tree. */
export type ProbeNode = { kind: "probe"; probe: ListedProbe } | { kind: "problem"; message: string };

/**
 * The trained probes of the workspace, with a box that enables each for this workspace. Empty while the workspace has none (VS Code
 * then shows the welcome text).
 */
export class ProbesTree implements vscode.TreeDataProvider<ProbeNode>, vscode.Disposable {
  static readonly viewId = "steerscope.probes";
  readonly #numbers: Numbers;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #refresher = new Refresher(async () => this.#changed.fire(undefined));
  readonly #listeners: vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;
  /** The prompt that was looked at last. */
  #uri: string | null = null;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.probe.json");
    const look = (editor: vscode.TextEditor | undefined) => {
      if (editor && isPrompt(editor.document)) this.#uri = editor.document.uri.toString();
    };
    look(vscode.window.activeTextEditor);
    this.#listeners = [
      watcher,
      ...[watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete].map((it) =>
        it(() => this.#refresher.soon()),
      ),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const before = this.#uri;
        look(editor);
        if (this.#uri !== before) void this.#refresher.now();
      }),
      numbers.onStale((uri) => {
        if (uri === null) this.#refresher.soon();
      }),
      numbers.onAnalysed((uri) => {
        if (uri === this.#uri) this.#refresher.soon();
      }),
    ];
  }

  async getChildren(node?: ProbeNode): Promise<ProbeNode[]> {
    if (node) return [];
    // Looking at the tree starts no server in a workspace without probes.
    const found = await vscode.workspace.findFiles("**/*.probe.json", "**/node_modules/**", 1);
    if (found.length === 0) return [];
    try {
      const params: ProbesParams = this.#uri === null ? {} : { textDocument: { uri: this.#uri } };
      const { probes, problem } = await this.#numbers.ask<ProbesAnswer>(SteerscopeMethod.probes, params);
      if (problem) return [{ kind: "problem", message: problem }];
      return probes.map((probe) => ({ kind: "probe", probe }));
    } catch (error) {
      return [{ kind: "problem", message: (error as Error).message }];
    }
  }

  getTreeItem(node: ProbeNode): vscode.TreeItem {
    if (node.kind === "probe") return probeItem(node.probe);
    const item = new vscode.TreeItem(node.message, vscode.TreeItemCollapsibleState.None);
    item.iconPath = new vscode.ThemeIcon("warning");
    return item;
  }

  /** A box was ticked, or no longer is; where that could not be written it goes back to what holds. */
  async tick(items: readonly (readonly [ProbeNode, vscode.TreeItemCheckboxState])[]): Promise<void> {
    let isAsTicked = true;
    for (const [node, state] of items)
      if (node.kind === "probe")
        isAsTicked =
          (await enableProbe(node.probe, state === vscode.TreeItemCheckboxState.Checked)) && isAsTicked;
    if (!isAsTicked) this.refresh();
  }

  refresh(): void {
    void this.#refresher.now();
  }

  dispose(): void {
    this.#refresher.cancel();
    for (const it of [...this.#listeners, this.#changed]) it.dispose();
  }
}

function probeItem({ name, file, spec, enabled, reads, problem, note, facts }: ListedProbe): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.None);
  item.id = file;
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  item.checkboxState = {
    state: enabled ? Checked : Unchecked,
    tooltip: enabled ? "Reads the prompts of this workspace" : "Enable it for this workspace",
  };
  const isDoubtful = problem !== null || (facts !== null && facts.verdict !== "sound");
  item.iconPath = new vscode.ThemeIcon(isDoubtful ? "warning" : "pulse");
  const figures = facts?.heldOut ? `held out ${facts.heldOut.value.toFixed(2)}` : null;
  const beside = facts?.baseline ? `${facts.baseline.name} ${facts.baseline.value.toFixed(2)}` : null;
  const verdict = facts?.verdict?.replaceAll("-", " ") ?? null;
  const away = enabled && reads === false ? "does not read this prompt" : null;
  const parts = [figures, beside, verdict, facts?.model ?? null, away].filter((it) => it !== null);
  item.description = facts ? parts.join(" · ") : "cannot be read";
  // Plain text: names of files are not Markdown.
  item.tooltip = [file, facts?.where, facts?.sentence, problem, note].filter(Boolean).join("\n");
  item.accessibilityInformation = { label: `Probe ${name}, ${item.description}, ${item.tooltip}` };
  item.contextValue = `probe${enabled ? " enabled" : " disabled"}${spec ? " spec" : ""}${facts ? " report" : ""}`;
  if (facts)
    item.command = { command: "steerscope.openProbeReport", title: "Open its report", arguments: [file] };
  return item;
}
