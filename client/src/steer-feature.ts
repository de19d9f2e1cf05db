import * as vscode from "vscode";
import { type FeatureResult, RARELY_BOTH } from "../../server/src/protocol/feature.ts";
import {
  type FeatureParams,
  type FeatureTarget,
  SteerscopeMethod,
} from "../../server/src/protocol/requests.ts";
import {
  handleWords,
  type SteerFeatureAnswer,
  type SteerFeatureParams,
  type SteerWay,
} from "../../server/src/protocol/steer-feature.ts";
import type { EditedNumbers } from "./numbers.ts";
import { openRecipe } from "./open-recipe.ts";
import { whichPrompt } from "./which-prompt.ts";

interface WayItem extends vscode.QuickPickItem {
  /** Null: the score is measured first. */
  way: SteerWay | null;
}

/**
 * Asks how to steer with a feature, and writes that into the recipe of a prompt: of the feature's file, else of the active one,
 * else of one that the user chooses. How good a handle the feature is is said before anything is written.
 */
export async function steerFeature(numbers: EditedNumbers, target: FeatureTarget): Promise<void> {
  const { sae, feature } = target;
  try {
    const prompt = await whichPrompt(target.uri);
    if (!prompt) return;
    const textDocument = { uri: prompt.uri.toString() };
    const params: FeatureParams = { textDocument, sae, feature };
    const way = await chooseWay(numbers, params);
    if (!way) return;
    const wanted: SteerFeatureParams = { textDocument, sae, feature, way };
    const { edit, recipe } = await numbers.ask<SteerFeatureAnswer>(SteerscopeMethod.steerFeature, wanted);
    if (!(await numbers.apply(edit))) throw new Error("The editor refused the change. Try again.");
    await openRecipe(recipe);
  } catch (error) {
    void vscode.window.showErrorMessage(`The recipe was not changed. ${(error as Error).message}`);
  }
}

/** @returns what the user chose; undefined: nothing */
async function chooseWay(numbers: EditedNumbers, params: FeatureParams): Promise<SteerWay | undefined> {
  let answer = await numbers.ask<FeatureResult>(SteerscopeMethod.feature, params);
  for (;;) {
    const label = answer.labels[0]?.text;
    const name = `feature ${params.feature} of ${params.sae}${label ? ` (${label})` : ""}`;
    const options = { title: `Steer with ${name}`, placeHolder: RARELY_BOTH };
    const choice = await vscode.window.showQuickPick<WayItem>(Promise.resolve(waysOf(answer)), options);
    if (choice?.way !== null) return choice?.way;
    answer = await numbers.ask<FeatureResult>(SteerscopeMethod.feature, { ...params, scores: true });
  }
}

function waysOf({ scores, known }: FeatureResult): WayItem[] {
  const handle = scores && !scores.output ? "no output score" : handleWords(scores?.output?.value ?? null);
  const maximum = known?.maximum ?? 0;
  const norms = "the median residual norm, along its decoder direction";
  const ways: WayItem[] = [
    { way: "amplify", label: "Amplify", description: handle, detail: `adds 0.5 × ${norms}` },
    { way: "suppress", label: "Suppress", description: handle, detail: `takes 0.5 × ${norms}, away` },
    { way: "ablate", label: "Ablate", detail: "sets its activation to 0" },
  ];
  if (maximum > 0) {
    const detail = `holds its activation at ${Number(maximum.toPrecision(3))}, the largest known`;
    ways.push({ way: "clamp", label: "Clamp to its strongest", description: handle, detail });
  }
  if (!scores)
    ways.push({
      way: null,
      label: "Measure its output score first",
      detail: "how likely it makes what it raises, amplified after neutral texts; nothing is written yet",
    });
  return ways;
}
