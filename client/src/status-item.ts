import * as vscode from "vscode";
import type { EngineStatus } from "../../server/src/protocol/requests.ts";

/** The language status item: which model runs where, and whether it is busy. */
export class StatusItem {
  readonly #item: vscode.LanguageStatusItem;

  constructor(selector: vscode.DocumentSelector) {
    this.#item = vscode.languages.createLanguageStatusItem("steerscope.status", selector);
    this.#item.name = "Steerscope";
    this.show({ state: "starting", detail: "starting", pid: null });
  }

  /** Shows it on other files from now on. */
  set selector(selector: vscode.DocumentSelector) {
    this.#item.selector = selector;
  }

  show({ state, detail }: EngineStatus): void {
    this.#item.text = `Steerscope: ${detail}`;
    this.#item.detail = state;
    this.#item.busy = state === "starting" || state === "busy" || state === "restarting";
    const failed = state === "failed";
    this.#item.severity = failed
      ? vscode.LanguageStatusSeverity.Error
      : vscode.LanguageStatusSeverity.Information;
    this.#item.command = failed
      ? { command: "steerscope.restartServer", title: "Restart" }
      : { command: "steerscope.chooseModel", title: "Choose model" };
  }

  dispose(): void {
    this.#item.dispose();
  }
}
