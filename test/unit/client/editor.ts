/** The part of VS Code's API that the client's views use: state that tests set, and events that they fire. */
import { posix } from "node:path";

export { Location, TestMessage, TestRunProfileKind, tests } from "./editor-tests.ts";

type Listener<T> = (value: T) => unknown;

export class EventEmitter<T> {
  readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Uri {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  get fsPath(): string {
    return this.path;
  }
  static file = (path: string) => new Uri(path);
  static parse = (text: string) => new Uri(text.replace(/^file:\/\//, ""));
  static joinPath = (base: Uri, ...parts: string[]) => new Uri(posix.join(base.path, ...parts));
  toString = () => `file://${this.path}`;
}

class Place {
  readonly numbers: unknown[];
  constructor(...numbers: unknown[]) {
    this.numbers = numbers;
  }
  get start() {
    return this.numbers.slice(0, 2);
  }
  get end() {
    return this.numbers.slice(2);
  }
}

export { Place as Range, Place as Selection };

export class MarkdownString {
  value = "";
  appendText(text: string): this {
    this.value += text;
    return this;
  }
}

export class CancellationTokenSource {
  readonly #cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.#cancelled.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.#cancelled.fire();
  }
}
export class CancellationError extends Error {}

export const StatusBarAlignment = { Left: 1 };
export const OverviewRulerLane = { Right: 4 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };
export const ViewColumn = { Beside: -2, One: 1 };
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const TreeItemCheckboxState = { Unchecked: 0, Checked: 1 };
export class ThemeIcon {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
/** An entry of a tree; what else is set on it can be read back. */
export class TreeItem {
  readonly label: string;
  readonly collapsibleState: number;
  [key: string]: unknown;
  constructor(label: string, collapsibleState: number) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 };

export interface FakeDocument {
  uri: Uri;
  version: number;
  isDirty?: boolean;
  getText?(): string;
}

/** An editor that remembers what it was decorated with. */
export class FakeEditor {
  document: FakeDocument;
  selection: unknown = null;
  /** Selected stretches, an empty one for each mere cursor. */
  selections: { isEmpty: boolean; start: unknown; end: unknown }[] = [];
  viewColumn = 1;
  readonly shading = new Map<number, unknown[]>();
  constructor(document: FakeDocument) {
    this.document = document;
  }
  setDecorations(type: { id: number }, options: unknown[]): void {
    this.shading.set(type.id, options);
  }
  revealRange(): void {}
  get shaded(): number {
    return [...this.shading.values()].flat().length;
  }
}

/** Settings by level; the innermost that has a key counts. */
export const settings: Record<"global" | "workspace" | "folder", Record<string, unknown>> = {
  global: {},
  workspace: {},
  folder: {},
};
const levels = { 1: settings.global, 2: settings.workspace, 3: settings.folder };
export const events = {
  opened: new EventEmitter<FakeDocument>(),
  changed: new EventEmitter<{ document: FakeDocument; contentChanges: unknown[] }>(),
  configured: new EventEmitter<{ affectsConfiguration(section: string): boolean }>(),
  trusted: new EventEmitter<void>(),
  closed: new EventEmitter<FakeDocument>(),
  saved: new EventEmitter<FakeDocument>(),
  fileChanged: new EventEmitter<string | Uri>(),
  fileCreated: new EventEmitter<string | Uri>(),
  fileDeleted: new EventEmitter<string | Uri>(),
  visible: new EventEmitter<unknown>(),
  active: new EventEmitter<FakeEditor | undefined>(),
  selected: new EventEmitter<{ textEditor: FakeEditor }>(),
};
/** What a person answers, in order, and what they were told. */
export const answers: (string | undefined)[] = [];
export const told: string[] = [];
export const ran: string[] = [];
/** What was offered to choose from. */
export const offered: { label: string; description?: string; detail?: string }[][] = [];
/** Arguments of the commands that ran, texts put on the clipboard, and where the cursor was put. */
export const given: unknown[] = [];
export const copied: string[] = [];
export const gone: { document: FakeDocument; options: unknown }[] = [];
export const panels: FakePanel[] = [];
export const status = { text: "", shown: false, show: () => {}, hide: () => {}, dispose: () => {} };

/** What a tab of the stand-in shows. */
export class TabInputText {}
export class TabInputWebview {
  readonly viewType: string;
  constructor(viewType: string) {
    this.viewType = viewType;
  }
}
export interface FakeTab {
  input: unknown;
}

export interface FakeGroup {
  viewColumn: number;
  tabs: FakeTab[];
  activeTab?: FakeTab;
}

export class FakePanel {
  viewColumn?: number;
  visible = true;
  /** Where it was opened. */
  column: unknown;
  title = "";
  readonly sent: { type: string }[] = [];
  readonly messages = new EventEmitter<unknown>();
  readonly disposed = new EventEmitter<void>();
  readonly onDidDispose = this.disposed.event;
  readonly webview = {
    html: "",
    options: {},
    cspSource: "self",
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: this.messages.event,
    postMessage: (message: { type: string }) => this.sent.push(message),
  };
  reveal(): void {}
  dispose(): void {
    this.disposed.fire();
  }
}

const say = async (text: string) => {
  told.push(text);
  return answers.shift();
};
let decorations = 0;
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const window = {
  withProgress: <T>(_: object, work: (progress: object, token: object) => Promise<T>): Promise<T> =>
    work(
      { report: () => {} },
      { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) },
    ),
  visibleTextEditors: [] as FakeEditor[],
  activeTextEditor: undefined as FakeEditor | undefined,
  onDidChangeVisibleTextEditors: events.visible.event,
  onDidChangeActiveTextEditor: events.active.event,
  onDidChangeTextEditorSelection: events.selected.event,
  createTextEditorDecorationType: () => ({ id: ++decorations, dispose: () => {} }),
  createStatusBarItem: () => {
    status.show = () => {
      status.shown = true;
    };
    status.hide = () => {
      status.shown = false;
    };
    return status;
  },
  tabGroups: {
    all: [] as FakeGroup[],
    activeTabGroup: undefined as FakeGroup | undefined,
  },
  createWebviewPanel: (_type: string, _title: string, column: unknown) => {
    const panel = new FakePanel();
    panel.column = column;
    panels.push(panel);
    return panel;
  },
  showInformationMessage: say,
  createTreeView: () => ({
    onDidChangeCheckboxState: () => ({ dispose: () => {} }),
    dispose: () => {},
  }),
  showWarningMessage: say,
  showErrorMessage: say,
  showQuickPick: async (items: Promise<{ label: string }[]>) => {
    const wanted = answers.shift();
    offered.push(await items);
    return offered.at(-1)!.find(({ label }) => label === wanted);
  },
  /** What is not valid is asked again, as the editor does. */
  showInputBox: async ({ validateInput }: { validateInput?: (it: string) => string | undefined }) => {
    for (;;) {
      const answer = answers.shift();
      const problem = answer === undefined ? undefined : validateInput?.(answer);
      if (!problem) return answer;
      told.push(problem);
    }
  },
  showTextDocument: async (document: FakeDocument, options: unknown) => gone.push({ document, options }),
  setStatusBarMessage: () => {},
  showOpenDialog: async () => {
    const path = answers.shift();
    return path === undefined ? undefined : [{ fsPath: path }];
  },
};
export const commands = {
  executeCommand: async (name: string, ...args: unknown[]) => {
    ran.push(name);
    given.push(...args);
  },
};
export const env = {
  uriScheme: "vscode",
  clipboard: { writeText: async (text: string) => copied.push(text) },
};
/** Language models of the editor; none unless a test adds some. */
export const lm = { models: [] as object[], selectChatModels: async () => lm.models };
export const LanguageModelChatMessage = { User: (content: string) => ({ role: "user", content }) };
export const languages = {
  match: (selector: { pattern: string }[], { uri }: FakeDocument) =>
    selector.some(({ pattern }) => uri.path.endsWith(pattern.replace(/^\*\*\/\*?/, ""))) ? 10 : 0,
};
export class RelativePattern {
  readonly baseUri: Uri;
  readonly pattern: string;

  constructor(baseUri: Uri, pattern: string) {
    this.baseUri = baseUri;
    this.pattern = pattern;
  }
}
export const workspace = {
  textDocuments: [] as FakeDocument[],
  workspaceFolders: [{ uri: new Uri("/prompts") }] as { uri: Uri }[] | undefined,
  workspaceFile: undefined as Uri | undefined,
  getWorkspaceFolder: ({ path }: Uri) =>
    workspace.workspaceFolders?.find(({ uri }) => path.startsWith(`${uri.path}/`)),
  isTrusted: true,
  /** Paths of the workspace's files that a search finds. */
  found: [] as string[],
  findFiles: async () => workspace.found.map((path) => new Uri(path)),
  /** Texts of files by their paths. */
  files: new Map<string, string>(),
  fs: {
    readFile: async ({ path }: Uri) => new TextEncoder().encode(workspace.files.get(path) ?? ""),
    stat: async ({ path }: Uri) => {
      if (!workspace.files.has(path)) throw new Error(`There is no ${path}.`);
    },
    copy: async (from: Uri, to: Uri) => {
      workspace.files.set(to.path, workspace.files.get(from.path) ?? "");
    },
    delete: async ({ path }: Uri) => {
      workspace.files.delete(path);
    },
  },
  openTextDocument: async (uri: Uri) => ({ uri, version: 1 }),
  onDidOpenTextDocument: events.opened.event,
  onDidChangeTextDocument: events.changed.event,
  onDidChangeConfiguration: events.configured.event,
  onDidGrantWorkspaceTrust: events.trusted.event,
  onDidCloseTextDocument: events.closed.event,
  onDidSaveTextDocument: events.saved.event,
  createFileSystemWatcher: (of: string | RelativePattern) => {
    const pattern = typeof of === "string" ? of : of.pattern;
    const ending = pattern.replace("**/*", "").replace("**/", "/").replace(/^\*/, "");
    const only = (event: EventEmitter<string | Uri>) => (listener: Listener<never>) =>
      event.event((path) => String(path).endsWith(ending) && listener(path as never));
    return {
      onDidChange: only(events.fileChanged),
      onDidCreate: only(events.fileCreated),
      onDidDelete: only(events.fileDeleted),
      dispose: () => {},
    };
  },
  asRelativePath: (uri: Uri) => uri.path.replace("/prompts/", ""),
  getConfiguration: () => ({
    get: (key: string, fallback?: unknown) =>
      settings.folder[key] ?? settings.workspace[key] ?? settings.global[key] ?? fallback,
    inspect: (key: string) => ({
      globalValue: settings.global[key],
      workspaceValue: settings.workspace[key],
      workspaceFolderValue: settings.folder[key],
    }),
    update: async (key: string, value: unknown, target: 1 | 2 | 3) => {
      // As in VS Code, what is written is read a while later only.
      await null;
      levels[target][key] = value;
      const affectsConfiguration = (section: string) => `steerscope.${key}`.startsWith(section);
      events.configured.fire({ affectsConfiguration });
    },
  }),
};

/** Opens a file in an editor of its own, beside the others. */
export function open(path: string): FakeEditor {
  const editor = new FakeEditor({ uri: new Uri(path), version: 1 });
  workspace.textDocuments.push(editor.document);
  window.visibleTextEditors = [...window.visibleTextEditors, editor];
  window.activeTextEditor = editor;
  events.opened.fire(editor.document);
  events.visible.fire(null);
  events.active.fire(editor);
  return editor;
}

/** Takes an editor off the screen; its document stays open. */
export function hide(editor: FakeEditor): void {
  window.visibleTextEditors = window.visibleTextEditors.filter((it) => it !== editor);
  events.visible.fire(null);
}

export function close(editor: FakeEditor): void {
  hide(editor);
  workspace.textDocuments = workspace.textDocuments.filter((it) => it !== editor.document);
  events.closed.fire(editor.document);
}

/** A new window: nothing open, nothing set, nothing said. */
export function reset(): void {
  const lists = [
    window.visibleTextEditors,
    workspace.textDocuments,
    answers,
    told,
    ran,
    given,
    copied,
    gone,
    offered,
  ];
  for (const it of [...lists, panels]) it.length = 0;
  lm.models = [];
  workspace.found = [];
  workspace.files.clear();
  for (const level of Object.values(settings)) for (const key of Object.keys(level)) delete level[key];
  window.activeTextEditor = undefined;
  Object.assign(workspace, { isTrusted: true, workspaceFolders: [{}], workspaceFile: undefined });
  Object.assign(window.tabGroups, { all: [], activeTabGroup: undefined });
  Object.assign(status, { text: "", shown: false });
  for (const emitter of Object.values(events)) emitter.dispose();
  workspace.workspaceFolders = [{ uri: new Uri("/prompts") }];
}
