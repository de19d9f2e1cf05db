import type { InitializeParams } from "vscode-languageserver/node";

/** What the client on the other side can do, read once from its `initialize`. */
export interface ClientFacts {
  pullsDiagnostics: boolean;
  refreshesDiagnostics: boolean;
  refreshesCodeLenses: boolean;
  refreshesInlayHints: boolean;
  showsProgress: boolean;
  answersConfiguration: boolean;
  announcesConfiguration: boolean;
  /** Tells of changed files that it is asked to watch. */
  watchesFiles: boolean;
  /** Says what it can do with an answer of `textDocument/codeAction`. */
  codeActions: {
    /** Asks for an action's edit when it is chosen (`codeAction/resolve`). */
    resolves: boolean;
    /** Shows actions that cannot be taken, with the reason. */
    showsDisabled: boolean;
  };
  /** Edits that it can apply. */
  edits: {
    /** That the server asks it to make (`workspace/applyEdit`). */
    asked: boolean;
    /** Of documents by version (`documentChanges`). */
    documents: boolean;
    /** That create files. */
    createFiles: boolean;
    /** With a note on what they do (`changeAnnotations`). */
    annotations: boolean;
  };
  /** Says when other folders are open. */
  tellsFolders: boolean;
  /** Hovers may hold `command:` links (initializationOptions.commandLinks). */
  commandLinks: boolean;
  /** Answers `steerscope/complete` (initializationOptions.languageModel). */
  languageModel: boolean;
  /** Whether paths that documents name may be loaded (initializationOptions.trusted, true unless it says otherwise). */
  trusted: boolean;
  /** Model and SAEs that count whatever files say (initializationOptions.override). */
  override: { model?: string; saes?: string[] };
}

export function readClientFacts({ capabilities, initializationOptions }: InitializeParams): ClientFacts {
  const { textDocument, workspace, window } = capabilities;
  const options = (initializationOptions ?? {}) as {
    commandLinks?: unknown;
    languageModel?: unknown;
    trusted?: unknown;
    override?: unknown;
  };
  const { codeAction } = textDocument ?? {};
  const edit = workspace?.workspaceEdit;
  return {
    codeActions: {
      resolves: codeAction?.dataSupport === true && !!codeAction.resolveSupport?.properties.includes("edit"),
      showsDisabled: codeAction?.disabledSupport === true,
    },
    edits: {
      asked: workspace?.applyEdit === true,
      documents: edit?.documentChanges === true,
      createFiles: edit?.documentChanges === true && !!edit.resourceOperations?.includes("create"),
      annotations: edit?.changeAnnotationSupport !== undefined,
    },
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesCodeLenses: workspace?.codeLens?.refreshSupport === true,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
    showsProgress: window?.workDoneProgress === true,
    answersConfiguration: workspace?.configuration === true,
    announcesConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    tellsFolders: workspace?.workspaceFolders === true,
    commandLinks: options.commandLinks === true,
    languageModel: options.languageModel === true,
    trusted: options.trusted !== false,
    override: readOverride(options.override),
  };
}

function readOverride(value: unknown): ClientFacts["override"] {
  const { model, saes } = (value ?? {}) as { model?: unknown; saes?: unknown };
  return {
    model: typeof model === "string" ? model : undefined,
    saes: Array.isArray(saes) ? saes.filter((sae) => typeof sae === "string") : undefined,
  };
}
