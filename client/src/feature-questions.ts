import * as vscode from "vscode";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import type { Range } from "../../server/src/protocol/inspect.ts";
import type { Occurrences } from "../../server/src/protocol/panel.ts";
import {
  type FeatureParams,
  type FeatureTarget,
  SteerscopeMethod,
  type TriedFeature,
  type WhereFires,
} from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { occurrencesIn } from "./occurrences.ts";
import { isPrompt } from "./prompt-files.ts";

/** What a feature panel asks the language server. */
export class FeatureQuestions {
  readonly #numbers: Numbers;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
  }

  feature(target: FeatureTarget): Promise<FeatureResult> {
    return this.#numbers.ask(SteerscopeMethod.feature, this.paramsOf(target));
  }

  /** What is known of it, its output and input score measured where they are not known yet. */
  scored(target: FeatureTarget, token: vscode.CancellationToken): Promise<FeatureResult> {
    const params: FeatureParams = { ...this.paramsOf(target), scores: true };
    return this.#numbers.ask(SteerscopeMethod.feature, params, token);
  }

  try(target: FeatureTarget, text: string, token: vscode.CancellationToken): Promise<TriedFeature> {
    return this.#numbers.ask(SteerscopeMethod.tryFeature, { ...this.paramsOf(target), text }, token);
  }

  /**
   * Where it fires in its file.
   * @returns null where the answer is not for the text on screen: that one's is announced when it is there
   * @throws Error with the reason why there is none
   */
  async occurrences(target: FeatureTarget): Promise<{ fires: Occurrences; ranges: Range[] } | null> {
    const { uri, sae, feature } = target;
    const file = vscode.Uri.parse(uri).path.split("/").at(-1) ?? "";
    const document = documentOf(target);
    if (!document) throw new Error(`${file} is closed. Open it to see where the feature fires in it.`);
    const params = { textDocument: { uri }, sae, feature };
    const found = await this.#numbers.ask<WhereFires>(SteerscopeMethod.whereFires, params);
    if (found.version !== document.version) return null;
    const lines = document.getText().split(/\r\n|\r|\n/);
    const ranges = found.tokens.map(({ range }) => range);
    return { fires: occurrencesIn(found, { uri, file, lines }), ranges };
  }

  /** A file that is closed has no set-up of its own: the one of the settings counts. The labels stay those of its folder. */
  paramsOf(target: FeatureTarget): FeatureParams {
    const { uri, sae, feature } = target;
    if (documentOf(target)) return { textDocument: { uri }, sae, feature };
    return { ...(uri && { labelsFor: uri }), sae, feature };
  }
}

function documentOf({ uri }: FeatureTarget): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri && isPrompt(it));
}
