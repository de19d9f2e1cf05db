import * as vscode from "vscode";
import type { FeatureResult, FeatureScores } from "../../server/src/protocol/feature.ts";
import type { Range } from "../../server/src/protocol/inspect.ts";
import type { FeaturePanelState, FromFeaturePanel, ToFeaturePanel } from "../../server/src/protocol/panel.ts";
import type { FeatureParams, FeatureTarget, TriedFeature } from "../../server/src/protocol/requests.ts";
import type { LabelName } from "./explain-feature.ts";
import { FeatureHistory } from "./feature-history.ts";
import { FeatureQuestions } from "./feature-questions.ts";
import type { Numbers } from "./numbers.ts";
import { Panel } from "./panel.ts";
import { isActive, panelColumn } from "./panel-column.ts";
import { goTo } from "./reveal.ts";

/** What is done with the feature outside its panel. */
export interface FeatureActions {
  showWhereFires(target: FeatureTarget): unknown;
  copyLink(answer: FeatureResult): unknown;
  scan(target: FeatureTarget): unknown;
  steer(target: FeatureTarget): unknown;
  /** @returns whether there is another label now */
  label(target: FeatureParams, answer: FeatureResult): Promise<boolean>;
  explain(target: FeatureParams, ask: boolean): Promise<boolean>;
  score(target: FeatureParams, answer: FeatureResult, label?: LabelName): Promise<boolean>;
}

/** The panel of one feature: one panel, for the feature that was opened last, with a way back to those before. */
export class FeaturePanel extends Panel<FromFeaturePanel, ToFeaturePanel, FeaturePanelState> {
  static readonly viewType = "steerscope.feature";
  readonly #questions: FeatureQuestions;
  readonly #actions: FeatureActions;
  #history = new FeatureHistory();
  #answer: FeatureResult | undefined;
  /** Where the rows that were sent last stand. */
  #places: { uri: string; version: number; ranges: Range[] } | undefined;
  /** Reads the sentence that was typed last. */
  #trying: vscode.CancellationTokenSource | undefined;
  /** Measures the feature's scores. */
  #scoring: vscode.CancellationTokenSource | undefined;
  /** The page was not there when the cursor should have gone into it. */
  #sentenceWanted = false;

  constructor(numbers: Numbers, extension: vscode.Uri, actions: FeatureActions) {
    super(numbers, extension, { viewType: FeaturePanel.viewType, title: "Feature", bundle: "feature" });
    this.#questions = new FeatureQuestions(numbers);
    this.#actions = actions;
  }

  /** Opens a feature, in the panel that is there or a new one. */
  async show(target: FeatureTarget): Promise<void> {
    this.#history.go(target);
    if (this.panel) {
      this.panel.reveal(undefined, !isActive(this.panel.viewColumn));
      return this.#turn();
    }
    this.open(panelColumn());
  }

  /** What the panel's own buttons do, for the command palette too. */
  async act(message: FromFeaturePanel): Promise<void> {
    const target = this.#history.now;
    if (message.type === "ready") return this.refresher.now();
    if (!target) return this.#sayNone();
    if (message.type === "open") await this.show({ ...target, feature: message.feature });
    else if (message.type === "try") await this.#try(target, message.text);
    else if (message.type === "reveal") await this.#reveal(message);
    else if (message.type === "showWhereFires") await this.#actions.showWhereFires(target);
    else if (message.type === "measure") await this.#score(target);
    else if (message.type === "scan") await this.#actions.scan(target);
    else if (message.type === "steer") await this.#actions.steer(target);
    else if (message.type === "alike") {
      const { uri, sae, feature } = target;
      await vscode.commands.executeCommand("steerscope.exploreFeatures", { alike: { sae, feature } }, uri);
    } else if (message.type === "copyLink") {
      if (this.#answer) await this.#actions.copyLink(this.#answer);
    } else if (message.type === "label" || message.type === "explain" || message.type === "score") {
      if (this.#answer && (await this.#relabel(message, this.#questions.paramsOf(target), this.#answer)))
        await this.refresher.now();
    } else {
      if (message.type === "back") this.#history.back();
      else this.#history.forward();
      await this.#turn();
    }
  }

  /** Puts the cursor into the panel's field for a sentence. */
  focusSentence(): void {
    if (!this.panel) {
      this.#sayNone();
      return;
    }
    this.#sentenceWanted = !this.panel.visible;
    this.panel.reveal(undefined, false);
    this.send({ type: "focusSentence" });
  }

  protected override isOwn(uri: string): boolean {
    return uri === this.#history.now?.uri;
  }

  protected override receive(message: FromFeaturePanel): void {
    void this.act(message);
  }

  protected override restore(state: FeaturePanelState | undefined): void {
    this.#history = new FeatureHistory();
    if (state) this.#history.go(state);
  }

  protected override closed(): void {
    this.#answer = undefined;
    this.#trying?.cancel();
    this.#scoring?.cancel();
    this.#history = new FeatureHistory();
  }

  /** @returns whether there are other labels or scores now */
  #relabel(
    message: FromFeaturePanel & { type: "label" | "explain" | "score" },
    target: FeatureParams,
    answer: FeatureResult,
  ): Promise<boolean> {
    if (message.type === "explain") return this.#actions.explain(target, message.ask === true);
    if (message.type === "score") return this.#actions.score(target, answer, message.label);
    return this.#actions.label(target, answer);
  }

  #sayNone(): void {
    void vscode.window.showInformationMessage(
      "No feature panel is open. Open one from a hover, or with “Steerscope: Open a feature…”.",
    );
  }

  /** Shows the feature that the history stands at. */
  #turn(): Promise<void> {
    this.#answer = undefined;
    this.#trying?.cancel();
    this.#scoring?.cancel();
    this.stale(true);
    return this.refresher.now();
  }

  protected override stale(all: boolean): void {
    this.#places = undefined;
    this.send({ type: "stale", all });
    if (this.panel?.visible) this.refresher.soon();
  }

  protected override async fill(isCurrent: () => boolean): Promise<void> {
    if (!this.panel?.visible) return;
    const target = this.#history.now;
    if (!target) return this.#sendProblem("No feature is chosen. Open one from a hover.");
    this.panel.title = `Feature ${target.feature} · ${target.sae}`;
    try {
      const answer = await this.#questions.feature(target);
      if (!isCurrent()) return;
      this.#answer = answer;
      this.send({ type: "show", target, answer, ...this.#ways() });
      if (this.#sentenceWanted) this.send({ type: "focusSentence" });
      this.#sentenceWanted = false;
      await this.#fillOccurrences(target, isCurrent);
    } catch (error) {
      if (isCurrent()) this.#sendProblem((error as Error).message);
    }
  }

  async #fillOccurrences(target: FeatureTarget, isCurrent: () => boolean): Promise<void> {
    if (target.uri === "") return;
    try {
      const found = await this.#questions.occurrences(target);
      if (!found || !isCurrent()) return;
      const { fires, ranges } = found;
      this.#places = { uri: fires.uri, version: fires.version, ranges };
      this.send({ type: "fires", target, fires, reason: "" });
    } catch (error) {
      if (isCurrent()) this.send({ type: "fires", target, fires: null, reason: (error as Error).message });
    }
  }

  async #try(target: FeatureTarget, text: string): Promise<void> {
    const own = new vscode.CancellationTokenSource();
    this.#trying?.cancel();
    this.#trying = own;
    let answer: TriedFeature | null = null;
    let reason = "";
    try {
      answer = await this.#questions.try(target, text, own.token);
    } catch (error) {
      reason = (error as Error).message;
    }
    // Typed over meanwhile, or another feature is shown now.
    if (!own.token.isCancellationRequested && target === this.#history.now)
      this.send({ type: "tried", text, answer, reason });
  }

  async #score(target: FeatureTarget): Promise<void> {
    const own = new vscode.CancellationTokenSource();
    this.#scoring?.cancel();
    this.#scoring = own;
    let scores: FeatureScores | null = null;
    let reason = "";
    try {
      ({ scores } = await this.#questions.scored(target, own.token));
    } catch (error) {
      reason = (error as Error).message;
    }
    if (!own.token.isCancellationRequested && target === this.#history.now)
      this.send({ type: "scores", scores, reason });
  }

  async #reveal({ uri, version, occurrence }: FromFeaturePanel & { type: "reveal" }): Promise<void> {
    const places = this.#places;
    const range = places?.ranges[occurrence];
    if (range && places.uri === uri && places.version === version) await goTo(uri, version, range);
  }

  #ways(): { back: boolean; forward: boolean } {
    return { back: this.#history.canGoBack, forward: this.#history.canGoForward };
  }

  #sendProblem(message: string): void {
    this.send({ type: "problem", message, ...this.#ways() });
  }
}
