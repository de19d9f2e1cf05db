import { join } from "node:path";
import * as vscode from "vscode";
import type { EngineStatus, WhereFiresTarget } from "../../server/src/protocol/requests.ts";
import { chooseModel } from "./choose-model.ts";
import { HeatMap } from "./heat-map.ts";
import { InspectPanel } from "./inspect-panel.ts";
import { promptSelector } from "./prompt-files.ts";
import { Server } from "./server.ts";
import { StatusItem } from "./status-item.ts";

let server: Server | undefined;

/** Puts the parts together; the server starts beside, once there is a prompt to read. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Steerscope", { log: true });
  const status = new StatusItem(promptSelector());
  const started = new Server(context.asAbsolutePath(join("dist", "server.js")), log);
  server = started;
  const heatMap = new HeatMap(started);
  const panel = new InspectPanel(started, context.extensionUri);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`steerscope.${name}`, run);
  context.subscriptions.push(
    log,
    started,
    status,
    heatMap,
    panel,
    started.onStatus((state) => status.show(state)),
    started.onStatus(noticeTrouble(log)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("steerscope.prompts")) status.selector = promptSelector();
    }),
    command("inspect", () => panel.show()),
    vscode.window.registerWebviewPanelSerializer(InspectPanel.viewType, panel),
    command("chooseModel", () => chooseModel(started)),
    command("showWhereFires", (target?: WhereFiresTarget) => heatMap.show(target)),
    command("clearHeatMap", () => heatMap.clear()),
    command("restartServer", () => started.restart()),
    command("showLog", () => log.show()),
  );
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

/** Tells of a crash once, however many states it passes through, and offers a way out when the engine is given up. */
function noticeTrouble(log: vscode.LogOutputChannel): (status: EngineStatus) => void {
  let crashed = false;
  return (status) => {
    if (status.state === "restarting" && !crashed) {
      // As long as a notification shows without being opened.
      void vscode.window.showWarningMessage("Steerscope's engine stopped and is being restarted.");
    } else if (status.state === "failed") void offerRestart(status, log);
    if (status.state === "restarting") crashed = true;
    if (status.state === "ready") crashed = false;
  };
}

async function offerRestart(status: EngineStatus, log: vscode.LogOutputChannel): Promise<void> {
  const answer = await vscode.window.showErrorMessage(`Steerscope: ${status.detail}`, "Restart", "Show log");
  if (answer === "Restart") await vscode.commands.executeCommand("steerscope.restartServer");
  if (answer === "Show log") log.show();
}
