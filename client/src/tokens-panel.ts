import * as vscode from "vscode";
import type { Range } from "../../server/src/protocol/inspect.ts";
import type { TokensAnswer, TokensParams } from "../../server/src/protocol/lens.ts";
import type { FromTokensPanel, TokensPanelState, ToTokensPanel } from "../../server/src/protocol/panel.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { Panel } from "./panel.ts";
import { panelColumn } from "./panel-column.ts";
import { ensurePrompt, isPrompt } from "./prompt-files.ts";
import { Refresher } from "./refresher.ts";
import { goTo, select } from "./reveal.ts";

/**
 * The panel that shows a file as the model sees it: every token with what each layer predicts after it, and its features. One
 * panel, for the prompt that was edited last; it goes along with the cursor. The page asks for the tokens that it shows.
 */
export class TokensPanel extends Panel<FromTokensPanel, ToTokensPanel, TokensPanelState> {
  static readonly viewType = "steerscope.tokens";
  readonly #numbers: Numbers;
  readonly #cursor = new Refresher((isCurrent) => this.#follow(isCurrent));
  #uri = "";
  /** Where the tokens stand that were handed to the page, in the version they belong to. */
  #places = { version: -1, ranges: new Map<number, Range | null>() };
  /** Ends the work on text that is no longer shown. */
  #source = new vscode.CancellationTokenSource();

  constructor(numbers: Numbers, extension: vscode.Uri) {
    super(numbers, extension, { viewType: TokensPanel.viewType, title: "Tokens", bundle: "tokens" });
    this.#numbers = numbers;
    this.listen(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && isPrompt(editor.document)) this.#turnTo(editor.document.uri.toString());
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (this.isOwn(textEditor.document.uri.toString()) && this.panel?.visible) this.#cursor.soon();
      }),
    );
  }

  /** Opens the panel on the active file. */
  async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return void vscode.window.showInformationMessage("Open a prompt file first.");
    if (!(await ensurePrompt(document))) return;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      this.#turnTo(document.uri.toString());
      return;
    }
    this.#uri = document.uri.toString();
    this.open(panelColumn());
    this.#cursor.soon();
  }

  override dispose(): void {
    this.#cursor.cancel();
    super.dispose();
  }

  protected override isOwn(uri: string): boolean {
    return uri === this.#uri;
  }

  protected override restore(state: TokensPanelState | undefined): void {
    const active = vscode.window.activeTextEditor?.document;
    this.#uri = active && isPrompt(active) ? active.uri.toString() : (state?.uri ?? "");
  }

  protected override closed(): void {
    this.#drop();
    this.#cursor.cancel();
  }

  protected override receive(message: FromTokensPanel): void {
    if (message.type === "ready") this.#sendFile();
    else if (message.type === "ask") void this.#answer(message);
    else if (message.type === "reveal") void this.#reveal(message);
    else void vscode.commands.executeCommand("steerscope.showFeature", message.target);
  }

  #turnTo(uri: string): void {
    if (!this.panel || uri === this.#uri) return;
    this.#uri = uri;
    this.#drop();
    this.#sendFile();
    this.#cursor.soon();
  }

  #sendFile(): void {
    if (!this.panel) return;
    const file = this.#file();
    this.panel.title = file ? `Tokens: ${file}` : "Tokens";
    this.send({ type: "file", uri: this.#uri, file });
    if (!this.#document()) this.#sayClosed();
  }

  protected override async fill(): Promise<void> {
    if (!this.panel?.visible) return;
    if (this.#document()) this.send({ type: "again" });
    else this.#sayClosed();
  }

  protected override stale(all: boolean): void {
    this.#drop();
    this.send({ type: "stale" });
    // The end of an analysis is announced; another engine is asked once it is there.
    if (all) this.refresher.soon();
  }

  /** What was asked for and what was answered belongs to another text from here on. */
  #drop(): void {
    this.#source.cancel();
    this.#source = new vscode.CancellationTokenSource();
    this.#places = { version: -1, ranges: new Map() };
  }

  async #answer({ id, from, count, guesses }: FromTokensPanel & { type: "ask" }): Promise<void> {
    const { token } = this.#source;
    const document = this.#document();
    if (!document) return this.#sayClosed();
    const params: TokensParams = {
      textDocument: { uri: this.#uri },
      ...{ from, count, ...(guesses !== undefined && { guesses }) },
    };
    try {
      const answer = await this.#numbers.ask<TokensAnswer>(SteerscopeMethod.tokens, params, token);
      // Numbers of another version than the one on screen: those of this one are announced when they are there.
      if (token.isCancellationRequested || answer.version !== document.version) return;
      this.#remember(answer);
      this.send({ type: "rows", id, answer });
    } catch (error) {
      if (!token.isCancellationRequested)
        this.send({ type: "problem", id, message: (error as Error).message });
    }
  }

  #remember({ version, tokens }: TokensAnswer): void {
    if (version !== this.#places.version) this.#places = { version, ranges: new Map() };
    for (const { i, range } of tokens) this.#places.ranges.set(i, range);
  }

  /** Tells the page which tokens the cursor is on. */
  async #follow(isCurrent: () => boolean): Promise<void> {
    const uri = this.#uri;
    const editor = this.#editor();
    if (!editor || !this.panel?.visible) return;
    // Of a selected token the end is the next one's place.
    const { line, character } = editor.selection.start;
    const params: TokensParams = { textDocument: { uri }, count: 0, at: { line, character } };
    const found = await this.#numbers
      .ask<TokensAnswer>(SteerscopeMethod.tokens, params)
      // Why there are no tokens the page says already.
      .catch(() => null);
    if (!found || !isCurrent() || found.version !== editor.document.version) return;
    this.send({ type: "cursor", uri, tokens: found.at });
  }

  /** Selects a token in the text, if it still stands where the answer says. */
  async #reveal({ uri, version, token, cursor }: FromTokensPanel & { type: "reveal" }): Promise<void> {
    const range = this.#places.ranges.get(token);
    if (uri !== this.#uri || version !== this.#places.version || !range) return;
    if (cursor) await goTo(uri, version, range);
    else select(uri, version, range);
  }

  #sayClosed(): void {
    const name = this.#file() || "The file";
    this.send({ type: "problem", id: null, message: `${name} is closed. Open it to see its tokens here.` });
  }

  #file(): string {
    return this.#uri ? (vscode.Uri.parse(this.#uri).path.split("/").at(-1) ?? "") : "";
  }

  #document(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find((it) => it.uri.toString() === this.#uri);
  }

  #editor(): vscode.TextEditor | undefined {
    return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === this.#uri);
  }
}
