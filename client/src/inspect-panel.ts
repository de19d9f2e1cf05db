import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { FromInspectPanel, ToInspectPanel } from "../../server/src/protocol/panel.ts";
import { type InspectAnswer, SteerscopeMethod } from "../../server/src/protocol/requests.ts";

/** Milliseconds after an edit before the panel is filled again. */
const editDelay = 200;

/** The panel that shows every token of a file with its features. One panel, for the file it was opened on last. */
export class InspectPanel implements vscode.WebviewPanelSerializer<{ uri: string }> {
  static readonly viewType = "steerscope.inspect";
  readonly #client: LanguageClient;
  readonly #extension: vscode.Uri;
  readonly #listener: vscode.Disposable;
  #panel: vscode.WebviewPanel | undefined;
  #uri = "";
  #answer: InspectAnswer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: LanguageClient, extension: vscode.Uri) {
    this.#client = client;
    this.#extension = extension;
    this.#listener = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (!this.#panel || document.uri.toString() !== this.#uri) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fill(), editDelay);
    });
  }

  /** Opens the panel on the active file. */
  async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return void vscode.window.showInformationMessage("Open a prompt file first.");
    this.#uri = document.uri.toString();
    if (this.#panel) this.#panel.reveal(undefined, true);
    else {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.#adopt(vscode.window.createWebviewPanel(InspectPanel.viewType, "Steerscope", column));
    }
    await this.#fill();
  }

  async deserializeWebviewPanel(
    panel: vscode.WebviewPanel,
    state: { uri: string } | undefined,
  ): Promise<void> {
    this.#uri = state?.uri ?? "";
    this.#adopt(panel);
    if (this.#uri) await this.#fill();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    const dist = vscode.Uri.joinPath(this.#extension, "dist", "webview");
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name));
    const nonce = randomBytes(16).toString("hex");
    webview.html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Steerscope</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'; font-src ${webview.cspSource}">
<link rel="stylesheet" href="${file("inspect.css")}"></head><body><p>Analysing…</p><script nonce="${nonce}" src="${file("inspect.js")}"></script></body></html>`;
    webview.onDidReceiveMessage((message: FromInspectPanel) => this.#reveal(message));
    panel.onDidDispose(() => {
      this.#panel = undefined;
    });
  }

  async #fill(): Promise<void> {
    const uri = this.#uri;
    const send = (message: ToInspectPanel) => void this.#panel?.webview.postMessage(message);
    try {
      this.#answer = await this.#client.sendRequest<InspectAnswer>(SteerscopeMethod.inspect, {
        textDocument: { uri },
      });
      send({ type: "show", uri, answer: this.#answer });
    } catch (error) {
      send({ type: "problem", uri, message: (error as Error).message });
    }
  }

  #reveal({ token }: FromInspectPanel): void {
    const range = this.#answer?.tokens[token]?.range;
    const editor = vscode.window.visibleTextEditors.find(
      ({ document }) => document.uri.toString() === this.#uri,
    );
    if (!range || !editor) return;
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    editor.selection = new vscode.Selection(place.start, place.end);
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listener.dispose();
    this.#panel?.dispose();
  }
}
