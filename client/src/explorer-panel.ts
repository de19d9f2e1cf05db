import * as vscode from "vscode";
import type {
  ContrastPlace,
  FeatureQuery,
  FeaturesAnswer,
  FeaturesParams,
} from "../../server/src/protocol/explore.ts";
import type {
  ExplorerPanelState,
  FromExplorerPanel,
  SelectionUse,
  ToExplorerPanel,
} from "../../server/src/protocol/panel.ts";
import { type FeatureTarget, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { Panel } from "./panel.ts";
import { isPrompt } from "./prompt-files.ts";
import { selectedPlaces } from "./selected-places.ts";

/**
 * The list of all features of a file's SAEs. The page knows the query and asks for the rows that it shows; this class hands
 * on questions and answers, and says when what is shown may no longer hold.
 */
export class ExplorerPanel extends Panel<FromExplorerPanel, ToExplorerPanel, ExplorerPanelState> {
  static readonly viewType = "steerscope.explorer";
  readonly #numbers: Numbers;
  #uri = "";
  /** A query from outside that no page has been given yet. */
  #wanted: FeatureQuery | undefined;
  /** What was asked for last, and what ends the work on it. */
  #asked = { query: "", source: new vscode.CancellationTokenSource() };

  constructor(numbers: Numbers, extension: vscode.Uri) {
    super(numbers, extension, { viewType: ExplorerPanel.viewType, title: "Features", bundle: "explorer" });
    this.#numbers = numbers;
    this.listen(
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (this.isOwn(uri.toString())) this.#entitle();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.isOwn(uri.toString())) this.#entitle();
      }),
    );
  }

  /**
   * Opens the explorer for a prompt, by default the active one; for the settings' model where there is none.
   * @param query what to begin with in the place of what was asked last
   */
  async show(query?: FeatureQuery, uri?: string): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    // The explorer itself may be what is active: then it stays with its file.
    if (uri) this.#uri = uri;
    else if (document && isPrompt(document)) this.#uri = document.uri.toString();
    this.#wanted = query;
    if (this.panel) {
      const { visible } = this.panel;
      this.panel.reveal();
      if (visible) this.#sendFile();
      return;
    }
    this.open(vscode.ViewColumn.Beside);
  }

  /** Opens the explorer on what fires on the active editor's selection. */
  async showSelection(): Promise<void> {
    const places = activePlaces();
    if (places.length === 0) return sayNoSelection("a prompt file");
    await this.show({ contrast: { on: { places } } });
  }

  /** Opens the explorer on what the active editor's selections have in common, each read by itself. */
  async showCommon(): Promise<void> {
    const texts = activePlaces().map(({ text }) => text.replace(/\s+/g, " ").trim());
    if (texts.length === 0) return sayNoSelection("a prompt file");
    await this.show({ like: { texts } });
  }

  protected override isOwn(uri: string): boolean {
    return uri === this.#uri;
  }

  protected override restore(state: ExplorerPanelState | undefined): void {
    this.#uri = state?.uri ?? "";
  }

  protected override async fill(): Promise<void> {
    if (this.panel?.visible) this.send({ type: "again" });
  }

  protected override stale(all: boolean): void {
    this.send({ type: "stale", all });
    if (all) this.refresher.soon();
  }

  protected override closed(): void {
    this.#asked.source.cancel();
    this.#asked.query = "";
  }

  protected override receive(message: FromExplorerPanel): void {
    if (message.type === "ready") this.#sendFile();
    else if (message.type === "ask") void this.#answer(message);
    else if (message.type === "selection") this.#sendSelection(message.side);
    else {
      const target: FeatureTarget = { uri: this.#uri, sae: message.sae, feature: message.feature };
      void vscode.commands.executeCommand("steerscope.showFeature", target);
    }
  }

  #sendFile(): void {
    this.#entitle();
    const file = this.#file();
    const query = this.#wanted;
    this.#wanted = undefined;
    this.send({ type: "file", uri: this.#uri, file, ...(query && { query }) });
  }

  /** Without its document the list is of the settings' set-up. */
  #entitle(): void {
    if (this.panel) this.panel.title = this.#document() ? `Features: ${this.#file()}` : "Features";
  }

  #file(): string {
    return this.#uri ? (vscode.Uri.parse(this.#uri).path.split("/").at(-1) ?? "") : "";
  }

  async #answer({ id, query, offset, count }: FromExplorerPanel & { type: "ask" }): Promise<void> {
    const panel = this.panel;
    // A file that is closed has no set-up of its own: the one of the settings counts, with the labels of its folder.
    const file = this.#document()
      ? { textDocument: { uri: this.#uri } }
      : this.#uri && { labelsFor: this.#uri };
    const params: FeaturesParams = { ...file, query, offset, count };
    const { token } = this.#sourceOf(query);
    let message: ToExplorerPanel;
    try {
      const answer = await this.#numbers.ask<FeaturesAnswer>(SteerscopeMethod.features, params, token);
      message = { type: "rows", id, answer };
    } catch (error) {
      message = { type: "problem", id, message: (error as Error).message };
    }
    // Another page counts its questions anew.
    if (panel === this.panel && !token.isCancellationRequested) this.send(message);
  }

  /** Ends the work on another query: parts of one list are asked for side by side. */
  #sourceOf(query: FeatureQuery): vscode.CancellationTokenSource {
    const key = JSON.stringify([this.#uri, query]);
    if (key !== this.#asked.query) {
      this.#asked.source.cancel();
      this.#asked = { query: key, source: new vscode.CancellationTokenSource() };
    }
    return this.#asked.source;
  }

  #sendSelection(side: SelectionUse): void {
    const shown = vscode.window.visibleTextEditors.filter(
      ({ document }) => document.uri.toString() === this.#uri,
    );
    const places: ContrastPlace[] = shown.flatMap(selectedPlaces);
    const name = this.#uri.split("/").at(-1);
    if (places.length === 0) sayNoSelection(name ? decodeURIComponent(name) : "a prompt file");
    else this.send({ type: "selection", side, places });
  }

  #document(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find((it) => it.uri.toString() === this.#uri && isPrompt(it));
  }
}

function activePlaces(): ContrastPlace[] {
  const editor = vscode.window.activeTextEditor;
  return editor && isPrompt(editor.document) ? selectedPlaces(editor) : [];
}

function sayNoSelection(where: string): void {
  void vscode.window.showInformationMessage(
    `Nothing is selected. Select text in ${where}, which has to be on the screen.`,
  );
}
