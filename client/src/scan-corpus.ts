import * as vscode from "vscode";
import type { FeaturesAnswer, FeaturesParams } from "../../server/src/protocol/explore.ts";
import { type ScanAnswer, type ScanParams, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { isPrompt } from "./prompt-files.ts";

/** For which file's set-up, and for which of its SAEs, a scan is wanted; what is left out is asked for. */
export interface ScanTarget {
  uri?: string;
  sae?: string;
}

const files = "Files…";
const folders = "Folders…";
const manageTrust = "Manage trust";
const scanAnew = "Scan anew";
const goOn = "Go on";
const scoreThem = "Score the features";

/**
 * Asks what to scan and with which SAE, and has the language server do it; its progress is shown with a button that pauses.
 * @param changed is called whenever stores know more than before
 */
export async function scanCorpus(numbers: Numbers, target: ScanTarget, changed: () => void): Promise<void> {
  if (!vscode.workspace.isTrusted) return refuse();
  const textDocument = setUpOf(target.uri);
  try {
    const sae = target.sae ?? (await pickSae(numbers, textDocument));
    if (sae === undefined) return;
    const corpus = await pickCorpus();
    if (!corpus) return;
    await run(numbers, { ...(textDocument && { textDocument }), corpus, ...(sae && { sae }) }, changed);
  } catch (error) {
    void vscode.window.showErrorMessage(`The scan ended early. ${(error as Error).message}`);
  }
}

/** VS Code does not even hand on the settings of such a workspace: no model may run over what it brings. */
async function refuse(): Promise<void> {
  const answer = await vscode.window.showWarningMessage(
    "This workspace is not trusted, so no corpus is scanned for it.",
    manageTrust,
  );
  if (answer === manageTrust) await vscode.commands.executeCommand("workbench.trust.manage");
}

/** The file that is meant, where it is open, else the active prompt; the settings' set-up where there is none. */
function setUpOf(uri: string | undefined): { uri: string } | undefined {
  const isMeant = (it: vscode.TextDocument) => it.uri.toString() === uri && isPrompt(it);
  const active = vscode.window.activeTextEditor?.document;
  const document =
    vscode.workspace.textDocuments.find(isMeant) ?? (active && isPrompt(active) ? active : undefined);
  return document && { uri: document.uri.toString() };
}

/** @returns the SAE's id; empty for all of the set-up */
async function pickSae(
  numbers: Numbers,
  textDocument: { uri: string } | undefined,
): Promise<string | undefined> {
  const params: FeaturesParams = { ...(textDocument && { textDocument }), query: {}, offset: 0, count: 0 };
  const { saes, model } = await numbers.ask<FeaturesAnswer>(SteerscopeMethod.features, params);
  if (saes.length === 0)
    throw new Error(`No SAE is set for ${model}. The setting steerscope.saes names SAEs.`);
  if (saes.length === 1) return "";
  const all = { label: `All ${saes.length} SAEs of ${model}`, id: "" };
  const items = [all, ...saes.map(({ id, hook }) => ({ label: id, description: hook, id }))];
  const picked = await vscode.window.showQuickPick(Promise.resolve(items), {
    placeHolder: "SAE to scan with",
  });
  return picked?.id;
}

/** Not every system has a dialog for files and folders at once. */
async function pickCorpus(): Promise<string[] | undefined> {
  const items = [
    { label: folders, description: "all text, JSONL, CSV, Parquet and prompt files in them" },
    { label: files, description: "text, JSONL (field “text”), CSV, Parquet, prompt files" },
  ];
  const picked = await vscode.window.showQuickPick(Promise.resolve(items), { placeHolder: "What to scan" });
  if (!picked) return undefined;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: picked.label === files,
    canSelectFolders: picked.label === folders,
    canSelectMany: true,
    openLabel: "Scan",
  });
  return chosen?.map(({ fsPath }) => fsPath);
}

/** @param changed is called whenever stores know more than before */
async function run(numbers: Numbers, wanted: ScanParams, changed: () => void): Promise<void> {
  let params: ScanParams | null = wanted;
  while (params) {
    const answer: ScanAnswer | null = await scanOrReplace(numbers, params);
    if (!answer) return;
    changed();
    params = await next(answer, params);
  }
}

/** A store holds one corpus: another one takes its place only when the user says so. */
async function scanOrReplace(numbers: Numbers, params: ScanParams): Promise<ScanAnswer | null> {
  try {
    return await numbers.ask<ScanAnswer>(SteerscopeMethod.scan, params);
  } catch (error) {
    const { data } = error as { data?: { code?: string; message?: string } };
    if (data?.code !== "store-other") throw error;
    const question = `${data.message} Scanning anew takes away what it holds.`;
    const answer = await vscode.window.showWarningMessage(question, scanAnew);
    return answer === scanAnew
      ? numbers.ask<ScanAnswer>(SteerscopeMethod.scan, { ...params, replace: true })
      : null;
  }
}

/** @returns what is to be asked next: a paused scan again, a finished one for scores; null: nothing */
async function next(
  { state, tokens, documents, store }: ScanAnswer,
  params: ScanParams,
): Promise<ScanParams | null> {
  const read = `${tokens.toLocaleString("en")} tokens of ${documents.toLocaleString("en")} documents`;
  if (state === "paused") {
    const paused = `The scan is paused after ${read}. The same scan goes on from there.`;
    return (await vscode.window.showInformationMessage(paused, goOn)) === goOn ? params : null;
  }
  if (params.scores) {
    void vscode.window.showInformationMessage(`The features are scored. Their scores are kept in ${store}.`);
    return null;
  }
  const finished = `Scanned ${read}. What was found is kept in ${store}.`;
  const answer = await vscode.window.showInformationMessage(finished, scoreThem);
  return answer === scoreThem ? { ...params, scores: true } : null;
}
