import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import {
  type ClientCapabilities,
  type CodeLens,
  createConnection,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type InitializeResult,
  type InlayHint,
  type MarkupContent,
} from "vscode-languageserver/node";
import type { FeatureSearch } from "../../server/src/analysis/explore/search.ts";
import type { FeatureSource } from "../../server/src/analysis/feature.ts";
import type { EngineHostOptions } from "../../server/src/host/engine-host.ts";
import { startServer } from "../../server/src/lsp/server.ts";
import type { TokensAnswer, TokensParams } from "../../server/src/protocol/lens.ts";
import type {
  EngineStatus,
  InspectAnswer,
  InspectParams,
  WhereFires,
} from "../../server/src/protocol/requests.ts";
import type { Settings } from "../../server/src/protocol/settings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const fakeEngine = join(root, "test/protocol/fake-engine.mjs");

export interface UserOptions {
  settings?: Partial<Settings>;
  /** In-band only: the engine's folder, in which a file can be put that it looks for. */
  cache?: string;
  initializationOptions?: Record<string, unknown>;
  capabilities?: ClientCapabilities;
  host?: Pick<EngineHostOptions, "restart" | "patience">;
  /** In-band only: where what scans found is kept, and another workspace folder than the repository. */
  features?: FeatureSource;
  search?: FeatureSearch;
  folder?: string | null;
  /** In-band only: the bundled engine and the embedded model in the place of the fake one. */
  embedded?: boolean;
}

const capabilities: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
  },
  window: { workDoneProgress: true },
};

/** Someone with an editor: opens, edits and hovers, and sees what a server tells. */
export class User {
  readonly connection: MessageConnection;
  readonly statuses: EngineStatus[] = [];
  readonly log: string[] = [];
  readonly progress: { token: unknown; value: { kind: string; message?: string } }[] = [];
  readonly published: { uri: string; diagnostics: Diagnostic[] }[] = [];
  refreshes = 0;
  /** Refreshes of what stands between the lines that the server asked for. */
  readonly refreshed: ("codeLens" | "inlayHint")[] = [];
  settings: Partial<Settings>;
  /** Settings of single files, over those above. */
  readonly fileSettings = new Map<string, Partial<Settings>>();
  initialized!: InitializeResult;
  private readonly texts = new Map<string, { version: number; text: string }>();
  private readonly awaited: { is(status: EngineStatus): boolean; resolve(status: EngineStatus): void }[] = [];
  private readonly child: ChildProcess | null;

  private constructor(
    connection: MessageConnection,
    child: ChildProcess | null,
    settings: Partial<Settings>,
  ) {
    this.connection = connection;
    this.child = child;
    this.settings = settings;
    connection.onNotification("steerscope/statusChanged", (it: EngineStatus) => {
      this.statuses.push(it);
      for (const { is, resolve } of this.awaited) if (is(it)) resolve(it);
    });
    connection.onNotification(
      "window/logMessage",
      ({ message }: { message: string }) => void this.log.push(message),
    );
    connection.onNotification("textDocument/publishDiagnostics", (it) => void this.published.push(it));
    connection.onNotification("$/progress", (it) => void this.progress.push(it));
    connection.onRequest("window/workDoneProgress/create", () => null);
    connection.onRequest("client/registerCapability", () => null);
    connection.onRequest("workspace/diagnostic/refresh", () => {
      this.refreshes++;
      return null;
    });
    for (const kind of ["codeLens", "inlayHint"] as const) {
      connection.onRequest(`workspace/${kind}/refresh`, () => {
        this.refreshed.push(kind);
        return null;
      });
    }
    connection.onRequest("workspace/configuration", ({ items }: { items: { scopeUri?: string }[] }) =>
      items.map(({ scopeUri }) => ({ ...this.settings, ...this.fileSettings.get(scopeUri ?? "") })),
    );
    connection.listen();
  }

  /** A server in this process, its engine the fake one unless another is wanted. */
  static async inBand(options: UserOptions = {}): Promise<User> {
    const [up, down] = [new PassThrough(), new PassThrough()];
    startServer(createConnection(new StreamMessageReader(up), new StreamMessageWriter(down)), {
      install: options.embedded
        ? {
            engine: join(root, "dist/engine.js"),
            server: "",
            probeWorker: join(root, "dist/probe-worker.js"),
            assets: join(root, "assets"),
          }
        : { engine: fakeEngine, server: "", probeWorker: "", assets: join(root, "assets") },
      cache: mkdtempSync(join(tmpdir(), "steerscope-protocol-")),
      features: options.features,
      search: options.search,
      ...(options.cache && { cache: options.cache }),
      host: options.host ?? { restart: { firstDelay: 10, longestDelay: 50, maxCrashes: 3, window: 60_000 } },
    });
    const connection = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    return new User(connection, null, options.settings ?? {}).initialize(options);
  }

  /** The bundled server as an editor starts it, with the real engine unless the environment names another. */
  static async spawned(options: UserOptions = {}, env: NodeJS.ProcessEnv = {}): Promise<User> {
    const child = spawn(process.execPath, [join(root, "dist/server.js"), "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    return new User(connection, child, options.settings ?? {}).initialize(options);
  }

  private async initialize(options: UserOptions): Promise<User> {
    const { folder = root } = options;
    this.initialized = await this.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: options.capabilities ?? capabilities,
      workspaceFolders: folder === null ? [] : [workspaceFolder(folder)],
      initializationOptions: { ...options.settings, ...options.initializationOptions },
    });
    await this.connection.sendNotification("initialized", {});
    return this;
  }

  /** Opens a document, by a name or by its URI; the name decides its format. */
  async open(name: string, text: string): Promise<string> {
    const uri = name.startsWith("file:") ? name : `file:///prompts/${name}`;
    this.texts.set(uri, { version: 1, text });
    const textDocument = { uri, languageId: "prompt", version: 1, text };
    await this.connection.sendNotification("textDocument/didOpen", { textDocument });
    return uri;
  }

  /** Replaces the first occurrence of a text, as one incremental change. */
  async edit(uri: string, from: string, to: string): Promise<number> {
    const document = this.texts.get(uri)!;
    const at = document.text.indexOf(from);
    if (at < 0) throw new Error(`“${from}” is not in the document.`);
    const range = { start: position(document.text, at), end: position(document.text, at + from.length) };
    document.text = document.text.slice(0, at) + to + document.text.slice(at + from.length);
    document.version++;
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: document.version },
      contentChanges: [{ range, text: to }],
    });
    return document.version;
  }

  close(uri: string): Promise<void> {
    this.texts.delete(uri);
    return this.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  async configure(settings: Partial<Settings>): Promise<void> {
    this.settings = settings;
    await this.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
  }

  /** What a hover over a text shows: Markdown, or null. */
  async hoverOver(uri: string, text: string, token?: CancellationToken): Promise<string | null> {
    const document = this.texts.get(uri)!.text;
    const { line, character } = position(document, document.indexOf(text));
    return (await this.hover(uri, line, character, token))?.value ?? null;
  }

  async hover(
    uri: string,
    line: number,
    character: number,
    token?: CancellationToken,
  ): Promise<{ value: string; range: Hover["range"] } | null> {
    const params = { textDocument: { uri }, position: { line, character } };
    const hover: Hover | null = await this.ask("textDocument/hover", params, token);
    return hover && { value: (hover.contents as MarkupContent).value, range: hover.range };
  }

  async diagnostics(uri: string): Promise<Diagnostic[]> {
    const report: { items: Diagnostic[] } = await this.ask("textDocument/diagnostic", {
      textDocument: { uri },
    });
    return report.items;
  }

  symbols(uri: string): Promise<DocumentSymbol[]> {
    return this.ask("textDocument/documentSymbol", { textDocument: { uri } });
  }

  lenses(uri: string): Promise<CodeLens[]> {
    return this.ask("textDocument/codeLens", { textDocument: { uri } });
  }

  hints(uri: string): Promise<InlayHint[]> {
    const range = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
    return this.ask("textDocument/inlayHint", { textDocument: { uri }, range });
  }

  inspect(uri: string, more: Partial<InspectParams> = {}, token?: CancellationToken): Promise<InspectAnswer> {
    return this.ask("steerscope/inspect", { textDocument: { uri }, ...more }, token);
  }

  tokens(uri: string, more: Partial<TokensParams> = {}, token?: CancellationToken): Promise<TokensAnswer> {
    return this.ask("steerscope/tokens", { textDocument: { uri }, ...more }, token);
  }

  whereFires(uri: string, sae: string, feature: number): Promise<WhereFires> {
    return this.ask("steerscope/whereFires", { textDocument: { uri }, sae, feature });
  }

  status(): Promise<EngineStatus> {
    return this.ask("steerscope/status", {});
  }

  /** Settles when the server next tells of such a status. */
  until(is: (status: EngineStatus) => boolean): Promise<EngineStatus> {
    return new Promise((resolve) => {
      this.awaited.push({ is, resolve });
    });
  }

  ask<T>(method: string, params: object, token?: CancellationToken): Promise<T> {
    return token
      ? this.connection.sendRequest(method, params, token)
      : this.connection.sendRequest(method, params);
  }

  async leave(): Promise<void> {
    await this.connection.sendRequest("shutdown");
    if (this.child) {
      const gone = new Promise((resolve) => this.child!.once("exit", resolve));
      await this.connection.sendNotification("exit");
      await gone;
    }
    this.connection.dispose();
  }
}

/** A folder as a client names it. */
export function workspaceFolder(path: string): { uri: string; name: string } {
  return { uri: pathToFileURL(path).href, name: "steerscope" };
}

function position(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
}
