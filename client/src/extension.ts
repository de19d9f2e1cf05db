import { join } from "node:path";
import * as vscode from "vscode";
import type { FeatureQuery } from "../../server/src/protocol/explore.ts";
import type { EngineStatus, FeatureTarget } from "../../server/src/protocol/requests.ts";
import { openChangedRecipe, showChangedRecipe } from "./changed-recipe.ts";
import { chooseModel } from "./choose-model.ts";
import { ComparePanel } from "./compare-panel.ts";
import { decomposeVector } from "./decompose-vector.ts";
import { LabelMaking } from "./explain-feature.ts";
import { ExplorerPanel } from "./explorer-panel.ts";
import { copyFeatureLink, labelFeature } from "./feature-actions.ts";
import { featureItemsAt } from "./feature-items.ts";
import { FeaturePanel } from "./feature-panel.ts";
import { HeatMap } from "./heat-map.ts";
import { LabelWatch } from "./label-watch.ts";
import { makeVector, watchSelections } from "./make-vector.ts";
import { type ModelNode, ModelsTree } from "./models-tree.ts";
import { targetOfLink } from "./open-link.ts";
import { openRecipe } from "./open-recipe.ts";
import { pickFeature } from "./pick-feature.ts";
import { promptSelector } from "./prompt-files.ts";
import { RecipeTests } from "./recipe-tests.ts";
import { type ScanTarget, scanCorpus } from "./scan-corpus.ts";
import { Server } from "./server.ts";
import { StatusItem } from "./status-item.ts";
import { steerFeature } from "./steer-feature.ts";
import { TokensPanel } from "./tokens-panel.ts";

let server: Server | undefined;

/** Puts the parts together; the server starts beside, once there is a prompt to read. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Steerscope", { log: true });
  const status = new StatusItem(promptSelector());
  const started = new Server(context.asAbsolutePath(join("dist", "server.js")), log);
  server = started;
  const heatMap = new HeatMap(started);
  const tokens = new TokensPanel(started, context.extensionUri);
  const explorer = new ExplorerPanel(started, context.extensionUri);
  const compare = new ComparePanel(started, context.extensionUri);
  const models = new ModelsTree(started);
  const labels = new LabelMaking(started);
  const relabelled = async (work: Promise<boolean>) => {
    const isOther = await work;
    if (isOther) for (const it of [explorer, tokens]) void it.refresh();
    return isOther;
  };
  const features = new FeaturePanel(started, context.extensionUri, {
    showWhereFires: (target) => heatMap.show(target),
    copyLink: (answer) => copyFeatureLink(answer, context.extension.id),
    steer: (target) => steerFeature(started, target),
    scan: ({ uri, sae }) => vscode.commands.executeCommand("steerscope.scanCorpus", { uri, sae }),
    label: (target, answer) => relabelled(labelFeature(started, target, answer)),
    explain: (target, ask) => relabelled(labels.explain(target, ask)),
    score: (target, answer, label) => relabelled(labels.score(target, answer, label)),
  });
  const renew = () => {
    for (const it of [features, explorer, tokens]) void it.refresh();
    models.refresh();
  };
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`steerscope.${name}`, run);
  context.subscriptions.push(
    log,
    started,
    status,
    heatMap,
    tokens,
    features,
    explorer,
    compare,
    models,
    new RecipeTests(started),
    started.onStatus((state) => status.show(state)),
    started.onStatus(noticeTrouble(log)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("steerscope.prompts")) status.selector = promptSelector();
    }),
    command("showTokens", () => tokens.show()),
    vscode.window.registerWebviewPanelSerializer(TokensPanel.viewType, tokens),
    ...featureCommands(started, features, command),
    ...explorerCommands(explorer, models, command),
    new LabelWatch(renew),
    command("scanCorpus", (from?: ScanTarget | ModelNode) =>
      scanCorpus(started, from && "kind" in from ? models.scanTarget(from) : (from ?? {}), renew),
    ),
    vscode.window.registerWebviewPanelSerializer(ComparePanel.viewType, compare),
    command("compare", (from?: vscode.Uri) => compare.show(from)),
    command("openSlider", (uri?: string, index?: number) =>
      compare.show(uri === undefined ? undefined : vscode.Uri.parse(uri), index ?? null),
    ),
    command("decomposeVector", (uri?: string, index?: number) => decomposeVector(started, uri, index)),
    command("chooseModel", (model?: string) => chooseModel(started, model)),
    command("showWhereFires", (target?: FeatureTarget) => heatMap.show(target)),
    command("clearHeatMap", () => heatMap.clear()),
    command("makeVector", () => makeVector(started)),
    watchSelections(),
    command("openRecipe", (uri?: string) => openRecipe(uri)),
    vscode.commands.registerCommand(showChangedRecipe, openChangedRecipe),
    command("restartServer", () => started.restart()),
    command("showLog", () => log.show()),
  );
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

/** The feature panel and all that leads to it; its own actions are commands too. */
function featureCommands(
  numbers: Server,
  features: FeaturePanel,
  command: (name: string, run: (...args: never[]) => unknown) => vscode.Disposable,
): vscode.Disposable[] {
  // Of a selected token the end is the next one's place.
  const pick = (placeHolder?: string) =>
    pickFeature(
      numbers,
      (uri, answer, { selection }) => featureItemsAt(uri, answer, selection.start),
      placeHolder,
    );
  return [
    vscode.window.registerWebviewPanelSerializer(FeaturePanel.viewType, features),
    command("showFeature", async (target?: FeatureTarget) => {
      const chosen = target ?? (await pick());
      if (chosen) await features.show(chosen);
    }),
    command("steerFeature", async (target?: FeatureTarget) => {
      // Without a text editor in use it is the panel's feature that is meant.
      if (!target && !vscode.window.activeTextEditor) return features.act({ type: "steer" });
      const chosen = target ?? (await pick("Feature to steer with"));
      if (chosen) await steerFeature(numbers, chosen);
    }),
    command("featureBack", () => features.act({ type: "back" })),
    command("featureForward", () => features.act({ type: "forward" })),
    command("alikeFeatures", () => features.act({ type: "alike" })),
    command("copyFeatureLink", () => features.act({ type: "copyLink" })),
    command("labelFeature", () => features.act({ type: "label" })),
    command("explainFeature", () => features.act({ type: "explain", ask: true })),
    command("measureFeature", () => features.act({ type: "measure" })),
    command("scoreLabel", () => features.act({ type: "score" })),
    command("tryFeature", () => features.focusSentence()),
    vscode.window.registerUriHandler({
      handleUri: async (link) => {
        const target = await targetOfLink(numbers, link);
        if (target) await features.show(target);
      },
    }),
  ];
}

/** The list of all features, and the tree that leads to it. */
function explorerCommands(
  explorer: ExplorerPanel,
  models: ModelsTree,
  command: (name: string, run: (...args: never[]) => unknown) => vscode.Disposable,
): vscode.Disposable[] {
  return [
    vscode.window.registerTreeDataProvider(ModelsTree.viewId, models),
    vscode.window.registerWebviewPanelSerializer(ExplorerPanel.viewType, explorer),
    command("exploreFeatures", (query?: FeatureQuery, uri?: string) => explorer.show(query, uri)),
    command("exploreSelection", () => explorer.showSelection()),
    command("exploreCommon", () => explorer.showCommon()),
    command("exploreToken", () => explorer.showToken()),
  ];
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
