import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { InspectAnswer, WhereFires } from "../../server/src/protocol/requests.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { stepOf, steps } from "./shading.ts";

interface Target {
  uri: string;
  sae: string;
  feature: number;
}

/** Milliseconds after an edit before the map is asked for again. */
const editDelay = 150;

/** Shades the text of a file by how strongly one feature fires on it. */
export class HeatMap {
  readonly #client: LanguageClient;
  readonly #decorations: vscode.TextEditorDecorationType[];
  readonly #status: vscode.StatusBarItem;
  readonly #listeners: vscode.Disposable[];
  #target: Target | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: LanguageClient) {
    this.#client = client;
    this.#decorations = Array.from({ length: steps }, (_, i) =>
      vscode.window.createTextEditorDecorationType({
        backgroundColor: `rgba(30, 140, 255, ${(0.1 + (0.6 * (i + 1)) / steps).toFixed(2)})`,
        overviewRulerColor: "rgba(30, 140, 255, 0.7)",
        overviewRulerLane: vscode.OverviewRulerLane.Right,
      }),
    );
    this.#status = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
    this.#status.command = "steerscope.clearHeatMap";
    this.#status.tooltip = "Clear the heat map";
    this.#listeners = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() !== this.#target?.uri) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.refresh(), editDelay);
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.refresh()),
    ];
  }

  /** Shows where a feature fires; asks which where none is given. */
  async show(target?: Target): Promise<void> {
    const chosen = target ?? (await this.#ask());
    if (!chosen) return;
    this.#target = chosen;
    await this.refresh();
  }

  clear(): void {
    this.#target = null;
    this.#status.hide();
    for (const editor of vscode.window.visibleTextEditors)
      for (const decoration of this.#decorations) editor.setDecorations(decoration, []);
  }

  /** Draws the map again from fresh numbers. */
  async refresh(): Promise<void> {
    const target = this.#target;
    if (!target) return;
    const editors = vscode.window.visibleTextEditors.filter(
      (editor) => editor.document.uri.toString() === target.uri,
    );
    if (editors.length === 0) return;
    let fires: WhereFires;
    try {
      fires = await this.#client.sendRequest(SteerscopeMethod.whereFires, {
        textDocument: { uri: target.uri },
        sae: target.sae,
        feature: target.feature,
      });
    } catch (error) {
      this.#client.outputChannel.appendLine(`heat map: ${(error as Error).message}`);
      return;
    }
    if (this.#target !== target) return;
    const ranges: vscode.DecorationOptions[][] = Array.from({ length: steps }, () => []);
    for (const { range, activation } of fires.tokens) {
      const step = stepOf(activation, fires.scale.value);
      if (step === 0) continue;
      const { start, end } = range;
      ranges[step - 1].push({
        range: new vscode.Range(start.line, start.character, end.line, end.character),
        hoverMessage: `${fires.label ?? `feature ${fires.feature}`}: ${activation.toFixed(2)}`,
      });
    }
    for (const editor of editors)
      this.#decorations.forEach((decoration, i) => {
        editor.setDecorations(decoration, ranges[i]);
      });
    this.#status.text = `$(flame) ${fires.sae} · ${fires.feature} · ${fires.label ?? "no label"} (full: ${fires.scale.value.toFixed(1)}, ${fires.scale.from})`;
    this.#status.show();
  }

  async #ask(): Promise<Target | undefined> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return;
    const uri = document.uri.toString();
    const answer = await this.#client.sendRequest<InspectAnswer>(SteerscopeMethod.inspect, {
      textDocument: { uri },
    });
    const strongest = new Map<string, vscode.QuickPickItem & { target: Target }>();
    for (const { features } of answer.tokens)
      for (const { sae, feature, label } of features) {
        const { id } = answer.saes[sae];
        strongest.set(`${sae}/${feature}`, {
          label: label ?? `feature ${feature}`,
          description: `${id} · ${feature}`,
          target: { uri, sae: id, feature },
        });
      }
    const pick = await vscode.window.showQuickPick([...strongest.values()], {
      placeHolder: "Feature to show",
      matchOnDescription: true,
    });
    return pick?.target;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const item of [...this.#listeners, ...this.#decorations, this.#status]) item.dispose();
  }
}
