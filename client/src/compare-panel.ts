import * as vscode from "vscode";
import type {
  CompareAnswer,
  CompareParams,
  SetStrengthsAnswer,
  SetStrengthsParams,
  Sweep,
} from "../../server/src/protocol/compare.ts";
import type {
  ComparePanelState,
  CompareWish,
  FromComparePanel,
  ToComparePanel,
} from "../../server/src/protocol/compare-panel.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { type CompareTarget, compareTarget } from "./compare-target.ts";
import type { WrittenNumbers } from "./numbers.ts";
import { Panel } from "./panel.ts";
import { panelColumn } from "./panel-column.ts";
import { ensurePrompt, isRecipe } from "./prompt-files.ts";
import { rankingChoices } from "./ranking-choices.ts";

/**
 * The panel that lays what the model writes without and with steering side by side. One panel, for the prompt or recipe that it was
 * opened on last. What it shows goes as soon as prompt, recipe, settings or engine are others, and is asked for anew.
 */
export class ComparePanel extends Panel<FromComparePanel, ToComparePanel, ComparePanelState> {
  static readonly viewType = "steerscope.compare";
  readonly #numbers: WrittenNumbers;
  #target: CompareTarget | undefined;
  /** URIs of the recipes of the last answer. */
  #recipes: string[] = [];
  /** Ends the work on what was asked last. */
  #source = new vscode.CancellationTokenSource();
  /** What is written now: the page's number of it, and the name it has on the server. */
  #run = { id: 0, name: "" };
  /** File of the probe that ranked the samples last; null: none did. */
  #rankedBy: string | null = null;
  #stale = false;
  /** The edit whose slider the page is to put the focus on, until it was told; undefined: none. */
  #slider: number | null | undefined;

  constructor(numbers: WrittenNumbers, extension: vscode.Uri) {
    super(numbers, extension, { viewType: ComparePanel.viewType, title: "Compare", bundle: "compare" });
    this.#numbers = numbers;
    const probes = vscode.workspace.createFileSystemWatcher("**/*.probe.json");
    this.listen(
      probes,
      ...[probes.onDidCreate, probes.onDidChange, probes.onDidDelete].map((it) =>
        it(({ fsPath }) => this.#probeChanged(fsPath)),
      ),
      numbers.onGenerated(({ run, side, sample, text }) => {
        if (run === this.#run.name) this.send({ type: "text", id: this.#run.id, side, sample, text });
      }),
    );
  }

  /**
   * Opens the panel on a prompt or a recipe, by default the active one.
   * @param slider the edit whose slider gets the focus: its place in the recipe, or null for the first slider
   */
  async show(from?: vscode.Uri, slider?: number | null): Promise<void> {
    const uri = from ?? vscode.window.activeTextEditor?.document.uri;
    if (!uri)
      return void vscode.window.showInformationMessage("Open a prompt or a recipe (.steer.yaml) first.");
    const document = await vscode.workspace.openTextDocument(uri);
    if (!isRecipe(document) && !(await ensurePrompt(document))) return;
    const target = await compareTarget(document);
    if (!target) return;
    const isShown = this.panel?.visible === true && isSame(target, this.#target);
    this.#target = target;
    this.#slider = slider;
    if (slider !== undefined && isShown) {
      this.panel!.reveal(undefined, false);
      return this.#sendSlider();
    }
    this.#drop();
    if (this.panel) {
      this.panel.reveal(undefined, slider === undefined);
      this.#sendFile();
    } else this.open(slider === undefined ? panelColumn() : { ...panelColumn(), preserveFocus: false });
  }

  protected override isOwn(uri: string): boolean {
    return uri === this.#target?.uri || this.#recipes.includes(uri) || !!this.#target?.recipes?.includes(uri);
  }

  protected override restore(state: ComparePanelState | undefined): void {
    this.#target = state && { uri: state.uri, recipes: state.recipes };
  }

  protected override closed(): void {
    this.#drop();
  }

  protected override receive(message: FromComparePanel): void {
    if (message.type === "ready") {
      this.#sendFile();
      void this.#sendProbes();
    } else if (message.type === "run") {
      // The page has taken what was sent to it.
      this.#slider = undefined;
      void this.#compare(message.id, message.wish);
    } else if (message.type === "sweep") void this.#sweep(message.id, message.wish);
    else if (message.type === "stop") this.#drop();
    else if (message.type === "write") void this.#write(message.strengths);
    else {
      const { sae, feature } = message;
      void vscode.commands.executeCommand("steerscope.showFeature", {
        uri: this.#target?.uri ?? "",
        sae,
        feature,
      });
    }
  }

  /** Has the page ask anew, if anything changed since it asked last. */
  protected override async fill(): Promise<void> {
    if (!this.panel?.visible || !this.#stale) return;
    this.#stale = false;
    this.send({ type: "again" });
  }

  protected override stale(all: boolean): void {
    this.#drop();
    this.#stale = true;
    this.send({ type: "stale" });
    this.refresher.soon();
    if (all) void this.#sendProbes();
  }

  #drop(): void {
    this.#source.cancel();
    this.#source = new vscode.CancellationTokenSource();
    this.#run = { id: 0, name: "" };
  }

  #sendFile(): void {
    if (!this.panel) return;
    const { uri, recipes } = this.#target ?? { uri: "", recipes: null };
    const file = nameOf(uri);
    this.#stale = false;
    this.panel.title = file ? `Compare: ${file}` : "Compare";
    this.send({ type: "file", uri, file, recipes });
    if (this.#slider !== undefined) this.send({ type: "slider", index: this.#slider });
    if (uri === "")
      this.send({
        type: "problem",
        id: null,
        message: "Nothing is compared. Run “Steerscope: Compare base and steered” in a prompt.",
      });
  }

  /** What can be chosen to rank with; a hidden panel has no page, and asks when it has one. */
  async #sendProbes(): Promise<void> {
    if (this.panel?.visible) this.send({ type: "probes", ...(await rankingChoices(this.#numbers)) });
  }

  #probeChanged(file: string): void {
    if (file === this.#rankedBy) this.stale(false);
    void this.#sendProbes();
  }

  #sendSlider(): void {
    this.send({ type: "slider", index: this.#slider ?? null });
    this.#slider = undefined;
  }

  async #compare(id: number, wish: CompareWish): Promise<void> {
    this.#drop();
    this.#run = { id, name: `panel-${id}-${Date.now()}` };
    this.#rankedBy = wish.rerank?.probe ?? null;
    const { token } = this.#source;
    const { name } = this.#run;
    try {
      const answer = await this.#ask<CompareAnswer>(SteerscopeMethod.compare, wish, token, name);
      if (token.isCancellationRequested || answer.version !== this.#document()?.version) return;
      this.#recipes = answer.recipeUris;
      this.send({ type: "show", id, answer });
    } catch (error) {
      if (!token.isCancellationRequested)
        this.send({ type: "problem", id, message: (error as Error).message });
    }
  }

  async #sweep(id: number, wish: CompareWish): Promise<void> {
    const { token } = this.#source;
    let sweep: Sweep | null = null;
    let reason = "";
    try {
      sweep = await this.#ask<Sweep>(SteerscopeMethod.sweep, wish, token);
    } catch (error) {
      reason = (error as Error).message;
    }
    if (!token.isCancellationRequested) this.send({ type: "sweep", id, sweep, reason });
  }

  async #ask<T>(
    method: string,
    { strengths, scorer, rerank, ...writing }: CompareWish,
    token: vscode.CancellationToken,
    run?: string,
  ): Promise<T> {
    const { uri, recipes } = this.#target!;
    // The server reads open documents; one that nobody looks at may have been closed.
    await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const params: CompareParams = {
      textDocument: { uri },
      ...(recipes && { recipes: recipes.map((it) => ({ uri: it })) }),
      ...{ strengths, writing },
      ...(scorer !== undefined && { scorer }),
      ...(rerank && { rerank }),
      ...(run !== undefined && { run }),
    };
    return this.#numbers.ask<T>(method, params, token);
  }

  /** Writes strengths into the recipes' texts; saving them is left to the user. */
  async #write(strengths: (FromComparePanel & { type: "write" })["strengths"]): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    try {
      for (const [r, uri] of this.#recipes.entries()) {
        const own = strengths.filter(({ recipe }) => recipe === r);
        if (own.length === 0) continue;
        const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
        const params: SetStrengthsParams = { recipe: { uri }, strengths: own };
        const { edits, version } = await this.#numbers.ask<SetStrengthsAnswer>(
          SteerscopeMethod.setStrengths,
          params,
        );
        if (version !== null && version !== document.version)
          throw new Error("The recipe changed meanwhile. Try again.");
        for (const { range, newText } of edits) edit.replace(document.uri, toRange(range), newText);
      }
      if (!(await vscode.workspace.applyEdit(edit)))
        throw new Error("The editor refused the change. Try again.");
    } catch (error) {
      void vscode.window.showErrorMessage(`The strengths were not written. ${(error as Error).message}`);
    }
  }

  #document(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find((it) => it.uri.toString() === this.#target?.uri);
  }
}

const isSame = (a: CompareTarget, b: CompareTarget | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const nameOf = (uri: string): string => (uri ? (vscode.Uri.parse(uri).path.split("/").at(-1) ?? "") : "");

function toRange({ start, end }: SetStrengthsAnswer["edits"][number]["range"]): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
