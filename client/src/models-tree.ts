import * as vscode from "vscode";
import type {
  FeatureQuery,
  FeaturesAnswer,
  FeaturesParams,
  SaeSummary,
} from "../../server/src/protocol/explore.ts";
import { type SetupAnswer, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { isPrompt } from "./prompt-files.ts";
import { Refresher } from "./refresher.ts";
import type { ScanTarget } from "./scan-corpus.ts";

/** An entry of the tree. */
export type ModelNode =
  | {
      kind: "model";
      model: string /** The prompt that it reads, if it is the current one's. */;
      uri: string | null;
    }
  | { kind: "all"; width: number; uri: string }
  | { kind: "sae"; sae: SaeSummary; uri: string }
  | { kind: "problem"; message: string };

/**
 * The models that can be chosen, and the SAEs of the one that reads the current prompt. Empty while no prompt is open (VS Code
 * then shows the welcome text), so that looking at it starts nothing; SAEs are asked for when they come into view.
 */
export class ModelsTree implements vscode.TreeDataProvider<ModelNode>, vscode.Disposable {
  static readonly viewId = "steerscope.models";
  readonly #numbers: Numbers;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #listeners: vscode.Disposable[];
  readonly #refresher = new Refresher(async () => this.#changed.fire(undefined));
  readonly onDidChangeTreeData = this.#changed.event;
  /** The prompt that was looked at last. */
  #uri: string | null = null;
  /** The set-up that is shown, as it was answered; null while nobody looked. */
  #setup: string | null = null;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
    this.#look(vscode.window.activeTextEditor);
    this.#listeners = [
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (this.#look(editor)) void this.#refresher.now();
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isPrompt(document)) this.#refresher.soon();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isPrompt(document)) this.#refresher.soon();
      }),
      numbers.onStale((uri) => {
        if (uri === null) this.#refresher.soon();
      }),
      numbers.onAnalysed((uri) => void this.#compare(uri)),
    ];
  }

  async getChildren(node?: ModelNode): Promise<ModelNode[]> {
    const uri = this.#current();
    if (uri === null) return [];
    try {
      if (!node) return await this.#models(uri);
      return node.kind === "model" && node.uri !== null ? await this.#saes(node.uri) : [];
    } catch (error) {
      return [{ kind: "problem", message: (error as Error).message }];
    }
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    if (node.kind === "model") return modelItem(node);
    if (node.kind === "sae") return saeItem(node);
    if (node.kind === "problem") return leaf(node.message, "warning");
    const item = leaf("All features", "list-unordered");
    item.description = node.width.toLocaleString("en");
    item.command = explore({}, node.uri);
    return item;
  }

  /** Asks for everything anew, e.g. after a scan. */
  refresh(): void {
    void this.#refresher.now();
  }

  /** What a scan that was started on an entry is to be made with. */
  scanTarget(node: ModelNode): ScanTarget {
    const uri = this.#current();
    return { ...(uri !== null && { uri }), ...(node.kind === "sae" && { sae: node.sae.id }) };
  }

  dispose(): void {
    this.#refresher.cancel();
    for (const it of [...this.#listeners, this.#changed]) it.dispose();
  }

  /** @returns whether there is another prompt now */
  #look(editor: vscode.TextEditor | undefined): boolean {
    // A panel or a file of another kind in front leaves the prompt what it is.
    if (!editor || !isPrompt(editor.document)) return false;
    const uri = editor.document.uri.toString();
    const isOther = uri !== this.#uri;
    this.#uri = uri;
    return isOther;
  }

  /** The prompt whose model is shown: the one looked at last, else any that is open. */
  #current(): string | null {
    const open = vscode.workspace.textDocuments.filter(isPrompt).map(({ uri }) => uri.toString());
    return open.find((uri) => uri === this.#uri) ?? open[0] ?? null;
  }

  async #models(uri: string): Promise<ModelNode[]> {
    const [models, setup] = await Promise.all([
      this.#numbers.ask<string[]>(SteerscopeMethod.models, {}),
      this.#numbers.ask<SetupAnswer>(SteerscopeMethod.setup, { textDocument: { uri } }),
    ]);
    const { model } = setup;
    this.#setup = JSON.stringify(setup);
    const others = models.filter((it) => it !== model);
    return [
      { kind: "model", model, uri },
      ...others.map((it): ModelNode => ({ kind: "model", model: it, uri: null })),
    ];
  }

  /** A file's front matter may name another model or other SAEs now. */
  async #compare(uri: string): Promise<void> {
    if (this.#setup === null || uri !== this.#current()) return;
    try {
      const setup = await this.#numbers.ask<SetupAnswer>(SteerscopeMethod.setup, { textDocument: { uri } });
      if (uri === this.#current() && JSON.stringify(setup) !== this.#setup) void this.#refresher.now();
    } catch {
      // The file was closed meanwhile, or the server ended: either is noticed elsewhere.
    }
  }

  async #saes(uri: string): Promise<ModelNode[]> {
    const params: FeaturesParams = { textDocument: { uri }, query: {}, offset: 0, count: 0 };
    const { saes, of } = await this.#numbers.ask<FeaturesAnswer>(SteerscopeMethod.features, params);
    if (saes.length === 0)
      return [{ kind: "problem", message: "No SAE is set. The setting steerscope.saes names SAEs." }];
    return [{ kind: "all", width: of, uri }, ...saes.map((sae): ModelNode => ({ kind: "sae", sae, uri }))];
  }
}

function modelItem({ model, uri }: ModelNode & { kind: "model" }): vscode.TreeItem {
  if (uri === null) {
    const item = leaf(model, "circle-outline");
    item.tooltip = `Use ${model}`;
    item.command = { command: "steerscope.chooseModel", title: "Use this model", arguments: [model] };
    return item;
  }
  const item = new vscode.TreeItem(model, vscode.TreeItemCollapsibleState.Expanded);
  // An id keeps what was folded folded.
  item.id = `model:${model}`;
  item.iconPath = new vscode.ThemeIcon("circle-filled");
  item.description = `reads ${decodeURIComponent(uri.split("/").at(-1) ?? "")}`;
  item.contextValue = "currentModel";
  return item;
}

const verdicts = { ok: "pass", suspect: "warning", unknown: "question" };

function saeItem({ sae, uri }: ModelNode & { kind: "sae" }): vscode.TreeItem {
  const { id, hook, architecture, width, check, conventions } = sae;
  const item = leaf(id, verdicts[check.verdict]);
  const measured = [
    check.l0 === null ? null : `L0 ${check.l0.toFixed(1)}`,
    check.declaredL0 === null ? null : `declared ${check.declaredL0}`,
    check.fvu === null ? null : `FVU ${check.fvu.toFixed(3)}`,
  ].filter((it) => it !== null);
  item.description = [hook, width.toLocaleString("en"), check.verdict, ...measured].join(" · ");
  // Plain text: names of files are not Markdown.
  item.tooltip = [
    `${architecture}, ${width.toLocaleString("en")} latents at ${hook}`,
    `${check.verdict}: ${measured.join(", ") || "not measured"}`,
    ...conventions,
  ].join("\n");
  item.accessibilityInformation = { label: `SAE ${id}, ${item.description}, ${item.tooltip}` };
  item.command = explore({ sae: id }, uri);
  item.contextValue = "sae";
  return item;
}

function leaf(label: string, icon: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

/** The tree is in front when it is clicked: which prompt is meant has to be said. */
function explore(query: FeatureQuery, uri: string): vscode.Command {
  return { command: "steerscope.exploreFeatures", title: "Explore its features", arguments: [query, uri] };
}
