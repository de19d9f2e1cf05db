import * as vscode from "vscode";
import type { FeatureResult, LabelEvidence } from "../../server/src/protocol/feature.ts";
import {
  type ExplainedFeature,
  type ExplainFeatureParams,
  type FeatureParams,
  type LabelMaker,
  SteerscopeMethod,
} from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";

export type LabelName = Pick<LabelEvidence, "text" | "source">;

interface MakerItem extends vscode.QuickPickItem {
  by: LabelMaker;
}

const openSettings = "Open settings";
/** Of LSP. */
const requestCancelled = -32800;

/** Has labels made and scored; who does it is asked for once, and again on request. */
export class LabelMaking {
  readonly #numbers: Numbers;
  #maker: LabelMaker | undefined;
  #judge: LabelMaker | undefined;
  #isBusy = false;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
  }

  /** Labels a feature. @returns whether there is another label now */
  async explain(target: FeatureParams, ask: boolean): Promise<boolean> {
    const by = (!ask && this.#maker) || (await pickMaker("Who labels", true));
    if (!by) return false;
    this.#maker = by;
    return this.#run({ ...target, by });
  }

  /** Scores a label of a feature, by default one that the user picks. @returns whether there are other scores now */
  async score(target: FeatureParams, { labels }: FeatureResult, label?: LabelName): Promise<boolean> {
    const meant = label ?? (await pickLabel(labels));
    if (!meant) return false;
    const by = (label && this.#judge) || (await pickMaker("Who judges the label", false));
    if (!by) return false;
    this.#judge = by;
    return this.#run({ ...target, by, label: { text: meant.text, source: meant.source } });
  }

  async #run(params: ExplainFeatureParams): Promise<boolean> {
    if (this.#isBusy) {
      void vscode.window.showInformationMessage("A label is being made or scored already. Let it end first.");
      return false;
    }
    this.#isBusy = true;
    try {
      const { label, notes } = await this.#numbers.ask<ExplainedFeature>(
        SteerscopeMethod.explainFeature,
        params,
      );
      if (notes.length > 0) void vscode.window.showInformationMessage(`“${label.text}”: ${notes.join(" ")}`);
      return true;
    } catch (error) {
      await tell(error as Error & { code?: number; data?: { code?: string } });
      return false;
    } finally {
      this.#isBusy = false;
    }
  }
}

async function pickMaker(placeHolder: string, withTokens: boolean): Promise<LabelMaker | undefined> {
  const settings = vscode.workspace.getConfiguration("steerscope");
  const endpoint = settings.get<string>("labels.endpoint", "");
  const model = settings.get<string>("labels.model", "");
  const items: MakerItem[] = [
    {
      label: "The configured endpoint",
      description: endpoint === "" ? "none is configured yet" : `sends examples to ${model} at ${endpoint}`,
      by: "endpoint",
    },
    {
      label: "The editor's language model",
      description: "sends examples to it; VS Code asks for your consent",
      by: "editor",
    },
  ];
  items.push({
    label: "The model itself",
    description:
      "the one that reads the file; nothing leaves this machine; made for instruction-tuned models",
    by: "local",
  });
  if (withTokens)
    items.push({
      label: "A list of the tokens it fires on",
      description: "no language model; nothing leaves this machine",
      by: "tokens",
    });
  const picked = await vscode.window.showQuickPick<MakerItem>(Promise.resolve(items), { placeHolder });
  if (picked?.by !== "endpoint" || endpoint !== "") return picked?.by;
  await vscode.commands.executeCommand("workbench.action.openSettings", "steerscope.labels");
  return undefined;
}

async function pickLabel(labels: readonly LabelEvidence[]): Promise<LabelName | undefined> {
  if (labels.length === 0) {
    void vscode.window.showInformationMessage(
      "The feature has no label to score. Write one, or have one made.",
    );
    return undefined;
  }
  const items = labels.map((label) => ({ label: label.text, description: label.source, meant: label }));
  const picked = await vscode.window.showQuickPick(Promise.resolve(items), { placeHolder: "Label to score" });
  return picked?.meant;
}

async function tell({
  message,
  code,
  data,
}: Error & { code?: number; data?: { code?: string } }): Promise<void> {
  if (code === requestCancelled) return;
  const isSetting = data?.code?.startsWith("endpoint-") === true;
  const answer = await vscode.window.showErrorMessage(message, ...(isSetting ? [openSettings] : []));
  if (answer === openSettings)
    await vscode.commands.executeCommand("workbench.action.openSettings", "steerscope.labels");
}
