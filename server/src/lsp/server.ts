import {
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkspaceFoldersChangeEvent,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { isProbeName } from "../probes/spec/types.ts";
import { savedProbeEnding } from "../protocol/probe-file.ts";
import { SteerscopeMethod } from "../protocol/requests.ts";
import { isRecipeName } from "../steering/recipe/types.ts";
import { completionTriggers } from "./completion.ts";
import { allDiagnostics } from "./diagnostics.ts";
import { actionKinds } from "./recipes/action-kinds.ts";
import { isNamed } from "./recipes/named-recipes.ts";
import { switchEdit } from "./recipes/switch-edit.ts";
import { createSession, engineOptions, type ServerOptions, type Session } from "./session.ts";
import { registerVerbs } from "./verbs.ts";
import { watchFiles } from "./yaml/file-diagnostics.ts";

/** Serves one client over a connection, from `initialize` to `shutdown`. */
export function startServer(connection: Connection, options: ServerOptions): void {
  let session: Session | null = null;
  let lastEngineOptions = "";
  const running = (): Session => {
    if (session) return session;
    throw new ResponseError(ErrorCodes.ServerNotInitialized, "The first request is “initialize”.");
  };

  connection.onInitialize((params): InitializeResult => {
    session = createSession(connection, params, options);
    lastEngineOptions = JSON.stringify(engineOptions(session.settings.atStart, options));
    watch(session);
    // The engine warms up while the client gets ready.
    session.host.start();
    return {
      serverInfo: { name: "Steerscope" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        completionProvider: { triggerCharacters: completionTriggers },
        codeLensProvider: {},
        executeCommandProvider: { commands: [switchEdit] },
        inlayHintProvider: true,
        documentSymbolProvider: true,
        codeActionProvider: { codeActionKinds: actionKinds, resolveProvider: true },
        diagnosticProvider: { interFileDependencies: false, workspaceDiagnostics: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(async () => {
    const { client } = running();
    if (client.announcesConfiguration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: "steerscope" });
    }
    if (client.watchesFiles) {
      const watchers = [{ globPattern: `**/*${savedProbeEnding}` }];
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (client.tellsFolders) connection.workspace.onDidChangeWorkspaceFolders(foldersChanged);
    await applyEngineOptions();
  });

  /** Relative paths start from the folders. */
  function foldersChanged(change: WorkspaceFoldersChangeEvent): void {
    running().folders.changed(change);
    running().trained.changed();
    running().documents.again();
    running().recipes.again();
    running().probes.again();
  }

  /** A probe that was trained, deleted or put there elsewhere. */
  connection.onDidChangeWatchedFiles(() => {
    running().trained.changed();
    running().documents.again();
  });

  connection.onDidChangeConfiguration(async ({ settings }) => {
    running().settings.changed(settings);
    running().comparisons.changed(null);
    // Before anything is waited for: what is asked from now on must not be answered with the old settings' numbers.
    running().documents.again();
    running().recipes.again();
    running().probes.again();
    refreshShown(running());
    await applyEngineOptions();
  });

  /** Memory and threads are the process's own: another process is the only way to change them. */
  async function applyEngineOptions(): Promise<void> {
    const { settings, host } = running();
    const wanted = engineOptions((await settings.get()).settings, options);
    const key = JSON.stringify(wanted);
    if (key === lastEngineOptions) return;
    lastEngineOptions = key;
    host.restart(wanted);
  }

  const texts = new TextDocuments(TextDocument);
  // A recipe or a probe is read by itself, never as a prompt.
  texts.onDidChangeContent(({ document }) => {
    running().comparisons.changed(document.uri);
    if (isRecipeName(document.uri)) running().recipes.changed(document);
    else if (isProbeName(document.uri)) running().probes.changed(document);
    else running().documents.changed(document);
  });
  texts.onDidClose(({ document }) => {
    running().documents.closed(document.uri);
    running().recipes.closed(document.uri);
    running().probes.closed(document.uri);
    if (!running().client.pullsDiagnostics) {
      void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    }
  });
  texts.listen(connection);

  registerVerbs(connection, running);
  connection.onShutdown(() => {
    session?.documents.dispose();
    session?.recipes.dispose();
    session?.probes.dispose();
    session?.host.dispose();
  });
  connection.listen();
}

/** Tells the client what it could not know to ask for. */
function watch(session: Session): void {
  const { connection, client, documents, host } = session;
  host.onLog.on((line) => connection.console.log(line));
  host.onStatus.on((status) => void connection.sendNotification(SteerscopeMethod.statusChanged, status));
  documents.onOutcome.on(({ uri, outcome }) => {
    void connection.sendNotification(SteerscopeMethod.analysed, { uri, version: outcome.version });
    if (!client.pullsDiagnostics) {
      const { version } = outcome;
      void allDiagnostics(session, uri).then((diagnostics) => {
        if (documents.current(uri) === outcome)
          void connection.sendDiagnostics({ uri, version, diagnostics });
      });
    } else if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh();
    refreshShown(session, outcome.settings);
  });
  watchFiles(session, session.recipes, (uri) => isNamed(session, uri));
  watchFiles(session, session.probes, () => false);
}

/**
 * Has the client ask again for what stands between its lines, by default all of it: after a change of settings that takes
 * away what was switched off, and what is still on follows with its numbers.
 */
function refreshShown(
  { connection, client }: Session,
  { codeLens, inlayHints } = { codeLens: true, inlayHints: true },
): void {
  if (codeLens && client.refreshesCodeLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
  if (inlayHints && client.refreshesInlayHints) connection.languages.inlayHint.refresh();
}
