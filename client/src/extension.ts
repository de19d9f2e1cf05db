import { join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, TransportKind } from "vscode-languageclient/node";
import { type EngineStatus, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { defaultSettings } from "../../server/src/protocol/settings.ts";
import { chooseModel } from "./choose-model.ts";
import { HeatMap } from "./heat-map.ts";
import { InspectPanel } from "./inspect-panel.ts";
import { StatusItem } from "./status-item.ts";

/** Files that are prompts by their name, whatever language the editor gives them. */
const patterns = [
  "**/*.prompt",
  "**/*.prompty",
  "**/*.prompt.md",
  "**/*.instructions.md",
  "**/*.prompt.yml",
  "**/*.prompt.yaml",
];

let client: LanguageClient | undefined;

/** Starts the language server in the background; nothing here waits for it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Steerscope", { log: true });
  const run = { module: context.asAbsolutePath(join("dist", "server.js")), transport: TransportKind.ipc };
  const settings = vscode.workspace.getConfiguration("steerscope");
  const extra = settings.get<string[]>("prompts", []);
  const options: LanguageClientOptions = {
    documentSelector: [...patterns, ...extra].map((pattern) => ({ pattern })),
    outputChannel: log,
    initializationOptions: {
      ...Object.fromEntries(Object.keys(defaultSettings).map((key) => [key, settings.get(key)])),
      commandLinks: true,
      trusted: vscode.workspace.isTrusted,
    },
    markdown: { isTrusted: { enabledCommands: ["steerscope.showWhereFires"] } },
    synchronize: { configurationSection: "steerscope" },
  };
  const started = new LanguageClient("steerscope", "Steerscope", { run, debug: run }, options);
  client = started;
  const heatMap = new HeatMap(started);
  const panel = new InspectPanel(started, context.extensionUri);
  const status = new StatusItem(options.documentSelector as vscode.DocumentSelector);
  let crashed = false;
  started.onNotification(SteerscopeMethod.statusChanged, (state: EngineStatus) => {
    status.show(state);
    if (state.state === "ready") {
      if (crashed) heatMap.refresh();
      crashed = false;
    } else if (state.state === "restarting" && !crashed) {
      crashed = true;
      void vscode.window.showWarningMessage(
        "Steerscope's engine stopped and is being restarted; numbers come back by themselves.",
      );
    } else if (state.state === "failed") void offerRestart(state, log);
  });
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`steerscope.${name}`, run);
  context.subscriptions.push(
    log,
    status,
    heatMap,
    panel,
    command("inspect", () => panel.show()),
    vscode.window.registerWebviewPanelSerializer(InspectPanel.viewType, panel),
    command("chooseModel", () => chooseModel(started)),
    command("showWhereFires", (target?: { uri: string; sae: string; feature: number }) =>
      heatMap.show(target),
    ),
    command("clearHeatMap", () => heatMap.clear()),
    command("restartServer", () => restart(started)),
    command("showLog", () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart(started)),
  );
  void started.start().catch((error) => {
    log.error(error);
    void vscode.window.showErrorMessage(`Steerscope's server did not start: ${error.message}. See its log.`);
  });
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

async function restart(client: LanguageClient): Promise<void> {
  client.clientOptions.initializationOptions.trusted = vscode.workspace.isTrusted;
  await client.restart();
}

async function offerRestart(state: EngineStatus, log: vscode.LogOutputChannel): Promise<void> {
  const answer = await vscode.window.showErrorMessage(`Steerscope: ${state.detail}`, "Restart", "Show log");
  if (answer === "Restart") await vscode.commands.executeCommand("steerscope.restartServer");
  if (answer === "Show log") log.show();
}
