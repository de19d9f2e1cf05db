import * as vscode from "vscode";
import type { LanguageClient, LanguageClientOptions, WorkspaceEdit } from "vscode-languageclient/node";
import type { GeneratedNews } from "../../server/src/protocol/compare.ts";
import { type Analysed, type EngineStatus, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { defaultSettings } from "../../server/src/protocol/settings.ts";
import { rememberRecipe } from "./changed-recipe.ts";
import { complete } from "./language-model.ts";
import type { EditedNumbers, WrittenNumbers } from "./numbers.ts";
import { isProbe, isPrompt, isRecipe, probePattern, promptSelector, recipePattern } from "./prompt-files.ts";

/**
 * The language server's life: it starts with the first prompt or recipe that is opened (its engine is a second process, which nobody
 * who only edits YAML should have), and again whenever what it was told at its start is no longer true.
 */
export class Server implements WrittenNumbers, EditedNumbers, vscode.Disposable {
  readonly #module: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #stale = new vscode.EventEmitter<string | null>();
  readonly #analysed = new vscode.EventEmitter<string>();
  readonly #status = new vscode.EventEmitter<EngineStatus>();
  readonly #generated = new vscode.EventEmitter<GeneratedNews>();
  readonly #listeners: vscode.Disposable[];
  #client: LanguageClient | undefined;
  #running: Promise<void> | undefined;
  readonly onStale = this.#stale.event;
  readonly onAnalysed = this.#analysed.event;
  readonly onStatus = this.#status.event;
  readonly onGenerated = this.#generated.event;

  /** @param module path of the server's bundle */
  constructor(module: string, log: vscode.LogOutputChannel) {
    this.#module = module;
    this.#log = log;
    this.#listeners = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#stale.fire(document.uri.toString());
      }),
      vscode.workspace.onDidChangeConfiguration((change) => this.#configured(change)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (this.#running) void this.restart().catch(() => {});
      }),
    ];
    // Not before activation is over: VS Code waits for it, and loading the client's code takes most of its time.
    const first = setImmediate(() => {
      for (const document of vscode.workspace.textDocuments) this.#opened(document);
    });
    this.#listeners.push({ dispose: () => clearImmediate(first) });
  }

  async ask<T>(method: string, params: object, token?: vscode.CancellationToken): Promise<T> {
    await this.#start();
    if (!this.#client?.needsStop()) throw new Error("Steerscope's server has ended. Restart it.");
    if (token?.isCancellationRequested) throw new vscode.CancellationError();
    return token
      ? this.#client.sendRequest<T>(method, params, token)
      : this.#client.sendRequest<T>(method, params);
  }

  async apply(edit: object): Promise<boolean> {
    if (!this.#client) throw new Error("Steerscope's server has ended. Restart it.");
    return vscode.workspace.applyEdit(
      await this.#client.protocol2CodeConverter.asWorkspaceEdit(edit as WorkspaceEdit),
    );
  }

  /** Ends the server and its engine, and starts new ones. */
  restart(): Promise<void> {
    const before = this.#running;
    this.#stale.fire(null);
    this.#running = this.#watched(async () => {
      await before?.catch(() => {});
      // A server that does not end by itself is killed in the end; that is no reason to go without one.
      await this.stop().catch((error: Error) => this.#log.error(error));
      await this.#startClient();
    });
    return this.#running;
  }

  stop(): Promise<void> {
    return this.#client?.needsStop() ? this.#client.stop() : Promise.resolve();
  }

  dispose(): void {
    for (const it of [...this.#listeners, this.#stale, this.#analysed, this.#status, this.#generated])
      it.dispose();
  }

  #opened(document: vscode.TextDocument): void {
    // The reason of a failure is on the screen already.
    const isOurs = isPrompt(document) || isRecipe(document) || isProbe(document);
    if (!this.#running && isOurs) void this.#start().catch(() => {});
  }

  #configured(change: vscode.ConfigurationChangeEvent): void {
    if (!change.affectsConfiguration("steerscope")) return;
    this.#stale.fire(null);
    if (!change.affectsConfiguration("steerscope.prompts")) return;
    // Which documents the server is told of is fixed when the client starts.
    if (this.#running) void this.restart().catch(() => {});
    else for (const document of vscode.workspace.textDocuments) this.#opened(document);
  }

  #start(): Promise<void> {
    this.#running ??= this.#watched(() => this.#startClient());
    return this.#running;
  }

  /** A client for each start: one that failed to start cannot be used again. Its code is loaded when it is wanted first. */
  async #startClient(): Promise<void> {
    const { LanguageClient, TransportKind } = await import("vscode-languageclient/node");
    const run = { module: this.#module, transport: TransportKind.ipc };
    const options: LanguageClientOptions = {
      documentSelector: [...promptSelector(), { pattern: recipePattern }, { pattern: probePattern }],
      outputChannel: this.#log,
      initializationOptions: atStart(),
      markdown: { isTrusted: { enabledCommands: linkedCommands } },
      synchronize: { configurationSection: "steerscope" },
      middleware: rememberRecipe,
    };
    const client = new LanguageClient("steerscope", "Steerscope", { run, debug: run }, options);
    client.onNotification(SteerscopeMethod.statusChanged, (status: EngineStatus) => {
      // A new engine may be another model's or another device's; after a crash the same one comes back.
      if (status.state === "starting") this.#stale.fire(null);
      this.#status.fire(status);
    });
    client.onNotification(SteerscopeMethod.analysed, ({ uri }: Analysed) => this.#analysed.fire(uri));
    client.onNotification(SteerscopeMethod.generated, (it: GeneratedNews) => this.#generated.fire(it));
    client.onRequest(SteerscopeMethod.complete, complete);
    this.#client = client;
    await client.start();
  }

  async #watched(start: () => Promise<void>): Promise<void> {
    try {
      await start();
    } catch (error) {
      const { message } = error as Error;
      this.#log.error(message);
      void vscode.window.showErrorMessage(`Steerscope's server did not start: ${message}. See its log.`);
      throw error;
    }
  }
}

/** Commands that hovers link to. */
const linkedCommands = ["steerscope.showFeature", "steerscope.showWhereFires", "steerscope.steerFeature"];

/** What the server is told in `initialize`. */
function atStart(): object {
  const settings = vscode.workspace.getConfiguration("steerscope");
  return {
    ...Object.fromEntries(Object.keys(defaultSettings).map((key) => [key, settings.get(key)])),
    commandLinks: true,
    languageModel: true,
    trusted: vscode.workspace.isTrusted,
  };
}
