import * as vscode from "vscode";
import { enableProbe, forgetProbe } from "./enabled-probes.ts";
import type { Numbers } from "./numbers.ts";
import { type ProbeNode, ProbesTree } from "./probes-tree.ts";
import { trainProbe } from "./train-probe.ts";

const remove = "Delete";

/** Training, sweeping and the tree of trained probes with all that can be done in it. */
export class ProbeCommands implements vscode.Disposable {
  readonly #numbers: Numbers;
  readonly #tree: ProbesTree;
  readonly #listeners: vscode.Disposable[];

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
    this.#tree = new ProbesTree(numbers);
    const view = vscode.window.createTreeView(ProbesTree.viewId, {
      treeDataProvider: this.#tree,
      manageCheckboxStateManually: true,
    });
    const ticked = view.onDidChangeCheckboxState(({ items }) => void this.#tree.tick(items));
    this.#listeners = [this.#tree, view, ticked];
  }

  /** @param from a specification's URI; else the active one, or one that the user chooses */
  train(sweep: boolean, from?: string | vscode.Uri): Promise<void> {
    return trainProbe(this.#numbers, sweep, from, () => this.#tree.refresh());
  }

  async openReport(node: ProbeNode | undefined): Promise<void> {
    if (node?.kind === "probe")
      await vscode.commands.executeCommand("steerscope.openProbeReport", node.probe.file);
  }

  async enable(node: ProbeNode | undefined, enabled: boolean): Promise<void> {
    if (node?.kind === "probe") await enableProbe(node.probe, enabled);
  }

  async openSpecification(node: ProbeNode | undefined): Promise<void> {
    if (node?.kind !== "probe" || node.probe.spec === null) return;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(node.probe.spec));
    await vscode.window.showTextDocument(document);
  }

  /** The trained probe's two files go to the bin, its specification stays. */
  async delete(node: ProbeNode | undefined): Promise<void> {
    if (node?.kind !== "probe") return;
    const { probe } = node;
    const { name, file } = probe;
    const question = `Delete the trained probe ${name}? Its specification stays, so that it can be trained again.`;
    if ((await vscode.window.showWarningMessage(question, { modal: true }, remove)) !== remove) return;
    // What names it goes before its files do, what takes it out of a pattern after them.
    if (probe.enabled) await forgetProbe(probe);
    for (const path of [file, file.replace(/\.json$/, ".safetensors")])
      await vscode.workspace.fs
        .delete(vscode.Uri.file(path), { useTrash: true })
        // A bin is not everywhere to be had, and the tensors may be gone already.
        .then(undefined, () => vscode.workspace.fs.delete(vscode.Uri.file(path)).then(undefined, () => {}));
    await forgetProbe(probe);
  }

  dispose(): void {
    for (const it of this.#listeners) it.dispose();
  }
}
