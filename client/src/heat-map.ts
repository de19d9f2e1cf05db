import * as vscode from "vscode";
import { featureItems } from "./feature-items.ts";
import { type Heat, type HeatTarget, heatOf, nameOf, probeItems } from "./heat.ts";
import type { Numbers } from "./numbers.ts";
import { pickFeature } from "./pick-feature.ts";
import { Refresher } from "./refresher.ts";
import { steps } from "./shading.ts";

/** Shades the text of a file by how strongly one feature fires on it, or by what a probe says of it. */
export class HeatMap {
  readonly #numbers: Numbers;
  readonly #decorations: vscode.TextEditorDecorationType[];
  readonly #status: vscode.StatusBarItem;
  readonly #listeners: vscode.Disposable[];
  readonly #refresher = new Refresher((isCurrent) => this.#refresh(isCurrent));
  #target: HeatTarget | null = null;
  /** The feature or probe in words, as the last answer gave it. */
  #name = "";

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
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
      numbers.onStale((uri) => this.#stale(uri)),
      numbers.onAnalysed((uri) => {
        if (uri === this.#target?.uri) void this.#refresher.now();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => void this.#refresher.now()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.toString() === this.#target?.uri) this.clear();
      }),
    ];
  }

  /** Shows where a feature fires, or what a probe says; asks which where none is given. */
  async show(target?: HeatTarget): Promise<void> {
    const chosen = target ?? (await this.#pick());
    if (!chosen) return;
    this.clear();
    this.#target = chosen;
    this.#name = nameOf(chosen);
    await this.#refresher.now();
  }

  clear(): void {
    this.#refresher.cancel();
    this.#target = null;
    this.#status.hide();
    this.#shade(vscode.window.visibleTextEditors, null);
  }

  dispose(): void {
    this.#refresher.cancel();
    for (const item of [...this.#listeners, ...this.#decorations, this.#status]) item.dispose();
  }

  #pick(): Promise<HeatTarget | undefined> {
    return pickFeature<HeatTarget>(
      this.#numbers,
      async (uri, answer) => [...(await probeItems(this.#numbers, uri)), ...featureItems(uri, answer)],
      "Feature or probe to show",
    );
  }

  /** An edit moves the shading along with the text; under other settings or another engine it means nothing. */
  #stale(uri: string | null): void {
    if (!this.#target || (uri !== null && uri !== this.#target.uri)) return;
    if (uri === null) this.#shade(this.#editors(), null);
    this.#status.text = `$(sync~spin) ${this.#name}`;
    this.#refresher.soon();
  }

  async #refresh(isCurrent: () => boolean): Promise<void> {
    const target = this.#target;
    if (!target) return;
    if (this.#editors().length === 0) return this.#status.hide();
    let heat: Heat;
    try {
      heat = await heatOf(this.#numbers, target);
    } catch (error) {
      if (!isCurrent()) return;
      this.#shade(this.#editors(), null);
      this.#say(`$(warning) ${this.#name}: ${(error as Error).message}`);
      return;
    }
    if (!isCurrent()) return;
    // Numbers of another version than the one on screen: those of this one are announced when they are there.
    const editors = this.#editors().filter(({ document }) => document.version === heat.version);
    if (editors.length === 0) return;
    this.#name = heat.name;
    this.#shade(editors, heat);
    this.#say(`$(flame) ${heat.name} (full: ${heat.scale})`);
  }

  #editors(): vscode.TextEditor[] {
    return vscode.window.visibleTextEditors.filter(
      (editor) => editor.document.uri.toString() === this.#target?.uri,
    );
  }

  #shade(editors: readonly vscode.TextEditor[], heat: Heat | null): void {
    const ranges: vscode.DecorationOptions[][] = Array.from({ length: steps }, () => []);
    for (const { range, step, text } of heat?.places ?? []) {
      if (step === 0) continue;
      const { start, end } = range;
      // A label is text: what looks like Markdown in it is not.
      ranges[step - 1].push({
        range: new vscode.Range(start.line, start.character, end.line, end.character),
        hoverMessage: new vscode.MarkdownString().appendText(text),
      });
    }
    for (const editor of editors)
      this.#decorations.forEach((decoration, i) => {
        editor.setDecorations(decoration, ranges[i]);
      });
  }

  #say(text: string): void {
    this.#status.text = text;
    this.#status.show();
  }
}
