import * as vscode from "vscode";
import type {
  FromInspectPanel,
  InspectPanelState,
  RankedInspect,
  ToInspectPanel,
} from "../../server/src/protocol/panel.ts";
import { type InspectParams, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { adoptPanel } from "./panel-page.ts";
import { ensurePrompt } from "./prompt-files.ts";
import { Refresher } from "./refresher.ts";

/**
 * The panel that shows every token of a file with its features. One panel, for the file it was opened on last. A hidden panel
 * has no page: it is filled when its script says that it runs, so nothing it missed can be shown.
 */
export class InspectPanel implements vscode.WebviewPanelSerializer<InspectPanelState> {
  static readonly viewType = "steerscope.inspect";
  readonly #numbers: Numbers;
  readonly #extension: vscode.Uri;
  readonly #listeners: vscode.Disposable[];
  readonly #refresher = new Refresher((isCurrent) => this.#fill(isCurrent));
  #panel: vscode.WebviewPanel | undefined;
  #uri = "";
  #answer: RankedInspect | undefined;

  constructor(numbers: Numbers, extension: vscode.Uri) {
    this.#numbers = numbers;
    this.#extension = extension;
    this.#listeners = [
      numbers.onStale((uri) => {
        if (uri === null || uri === this.#uri) this.#stale();
      }),
      numbers.onAnalysed((uri) => {
        if (uri === this.#uri) void this.#refresher.now();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.toString() === this.#uri) void this.#refresher.now();
      }),
    ];
  }

  /** Opens the panel on the active file. */
  async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return void vscode.window.showInformationMessage("Open a prompt file first.");
    if (!(await ensurePrompt(document))) return;
    this.#uri = document.uri.toString();
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      this.#stale();
      return this.#refresher.now();
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#adopt(vscode.window.createWebviewPanel(InspectPanel.viewType, "Steerscope", column));
  }

  async deserializeWebviewPanel(
    panel: vscode.WebviewPanel,
    state: InspectPanelState | undefined,
  ): Promise<void> {
    this.#uri = state?.uri ?? "";
    this.#panel?.dispose();
    this.#adopt(panel);
  }

  dispose(): void {
    this.#refresher.cancel();
    for (const listener of this.#listeners) listener.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    adoptPanel<FromInspectPanel>(panel, this.#extension, "inspect", {
      isOwn: () => panel === this.#panel,
      receive: (message) => {
        if (message.type === "ready") void this.#refresher.now();
        else if (message.type === "reveal") this.#reveal(message);
        else void vscode.commands.executeCommand("steerscope.showFeature", message.target);
      },
      closed: () => {
        this.#panel = undefined;
        this.#refresher.cancel();
      },
    });
  }

  #stale(): void {
    this.#answer = undefined;
    this.#send({ type: "stale" });
    if (this.#panel?.visible) this.#refresher.soon();
  }

  async #fill(isCurrent: () => boolean): Promise<void> {
    const uri = this.#uri;
    if (!this.#panel?.visible) return;
    const name = uri ? vscode.Uri.parse(uri).path.split("/").at(-1) : "";
    this.#panel.title = name ? `Steerscope: ${name}` : "Steerscope";
    const document = vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri);
    if (!document) {
      const message = `${name || "The file"} is closed. Open it to see its tokens and their features here.`;
      return this.#send({ type: "problem", message });
    }
    try {
      const params: InspectParams = { textDocument: { uri }, ranked: true };
      const answer = await this.#numbers.ask<RankedInspect>(SteerscopeMethod.inspect, params);
      // Numbers of another version than the one on screen: those of this one are announced when they are there.
      if (!isCurrent() || answer.version !== document.version) return;
      this.#answer = answer;
      this.#send({ type: "show", uri, answer });
    } catch (error) {
      if (isCurrent()) this.#send({ type: "problem", message: (error as Error).message });
    }
  }

  #send(message: ToInspectPanel): void {
    void this.#panel?.webview.postMessage(message);
  }

  /** Selects a token in the text, if it still stands where the answer says. */
  #reveal({ uri, version, token }: FromInspectPanel & { type: "reveal" }): void {
    const answer = this.#answer;
    if (uri !== this.#uri || version !== answer?.version) return;
    const range = answer.tokens[token]?.range;
    const isShown = ({ document }: vscode.TextEditor) => document.uri.toString() === uri;
    const editor = vscode.window.visibleTextEditors.find(isShown);
    if (!range || editor?.document.version !== version) return;
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    editor.selection = new vscode.Selection(place.start, place.end);
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
