/** Messages between the extension and its webview panels. */
import type { ContrastPlace, FeatureQuery, FeaturesAnswer } from "./explore.ts";
import type { FeatureResult, FeatureScores, LabelEvidence } from "./feature.ts";
import type { TokensAnswer } from "./lens.ts";
import type { FeatureTarget, InspectAnswer, LatentScale, Scale, TriedFeature } from "./requests.ts";

/** Tokens with their features as hovers rank them, with what their bars are measured against. */
export type RankedInspect = InspectAnswer & { scales: LatentScale[] };

/** To the tokens panel. */
export type ToTokensPanel =
  /** The file to show; empty: there is none. */
  | { type: "file"; uri: string; file: string }
  /** What was asked under this number. */
  | { type: "rows"; id: number; answer: TokensAnswer }
  /** Why there is no answer; without a number, why there is nothing to show. */
  | { type: "problem"; id: number | null; message: string }
  /** The tokens of the file at its cursor. */
  | { type: "cursor"; uri: string; tokens: number[] }
  /** What is drawn no longer belongs to the text; `again` follows. */
  | { type: "stale" }
  /** Ask anew for what is shown. */
  | { type: "again" };

/** From the tokens panel. */
export type FromTokensPanel =
  /** Its script runs: it shows nothing yet, be it new, restored, or visible again. */
  | { type: "ready" }
  /** Tokens that came into view; with `guesses`, what every layer predicts after each. */
  | { type: "ask"; id: number; from: number; count: number; guesses?: number }
  /** The user went to a token of an answer of this file and version; `cursor`: the editor's cursor is to go there. */
  | { type: "reveal"; uri: string; version: number; token: number; cursor: boolean }
  /** The user chose a feature. */
  | { type: "feature"; target: FeatureTarget };

/** What the panel keeps while it is hidden: a place and what its cells show, never numbers. */
export interface TokensPanelState {
  uri: string;
  token: number;
  column: number;
  cells: "guesses" | "features";
  /** What shades the cells: how sure the guess is, or how unexpected to it is what really comes next. */
  shade: "guess" | "next";
}

/** To the feature panel. */
export type ToFeaturePanel =
  | { type: "show"; target: FeatureTarget; answer: FeatureResult; back: boolean; forward: boolean }
  /** Where it fires in the file; null with a reason where that cannot be said. */
  | { type: "fires"; target: FeatureTarget; fires: Occurrences | null; reason: string }
  /** The typed sentence, read; null with a reason where that failed. */
  | { type: "tried"; text: string; answer: TriedFeature | null; reason: string }
  /** The feature's scores, measured; null with a reason where that failed. */
  | { type: "scores"; scores: FeatureScores | null; reason: string }
  /** What is drawn of the file, or of all (`all`), no longer holds; newer numbers follow. */
  | { type: "stale"; all: boolean }
  /** Puts the cursor into the field for a sentence. */
  | { type: "focusSentence" }
  | { type: "problem"; message: string; back: boolean; forward: boolean };

/** From the feature panel. */
export type FromFeaturePanel =
  | { type: "ready" }
  /** Another latent of the same SAE. */
  | { type: "open"; feature: number }
  | { type: "back" | "forward" | "showWhereFires" | "alike" | "copyLink" | "scan" | "steer" }
  /** Measure how good a handle it is. */
  | { type: "measure" }
  /** Write a label. */
  | { type: "label" }
  /** Have a label made; with `ask` by whom is asked for in any case. */
  | { type: "explain"; ask?: boolean }
  /** Have a label scored, by default one to be picked. */
  | { type: "score"; label?: Pick<LabelEvidence, "text" | "source"> }
  | { type: "try"; text: string }
  /** An occurrence, by its index in what was sent for this file and version. */
  | { type: "reveal"; uri: string; version: number; occurrence: number };

/** The places of one file where a latent fires, in the order of the text. */
export interface Occurrences {
  uri: string;
  file: string;
  version: number;
  scale: Scale;
  /** How many there are; `rows` may hold only the first of them. */
  total: number;
  rows: Occurrence[];
}
export interface Occurrence {
  /** Line from 1, and the text with what stands around it in that line. */
  line: number;
  before: string;
  text: string;
  after: string;
  activation: number;
}

/** What the feature panel keeps while it is hidden. */
export type FeaturePanelState = FeatureTarget;

/** To the explorer. */
export type ToExplorerPanel =
  /** The file whose set-up is listed (empty: the settings'), and a query to begin with, if one is wanted. */
  | { type: "file"; uri: string; file: string; query?: FeatureQuery }
  /** What was asked under this number. */
  | { type: "rows"; id: number; answer: FeaturesAnswer }
  | { type: "problem"; id: number; message: string }
  /** What the editor has selected, for a side of the contrast or as examples. */
  | { type: "selection"; side: SelectionUse; places: ContrastPlace[] }
  /** What is drawn of the file, or of all (`all`), may no longer hold; `again` follows. */
  | { type: "stale"; all: boolean }
  /** Ask anew for what is shown. */
  | { type: "again" };

/** From the explorer. */
export type FromExplorerPanel =
  | { type: "ready" }
  | { type: "ask"; id: number; query: FeatureQuery; offset: number; count: number }
  | { type: "selection"; side: SelectionUse }
  | { type: "open"; sae: string; feature: number };

export type ContrastSideName = "on" | "against";
/** What a selection of the editor is asked for. */
export type SelectionUse = ContrastSideName | "like";

/** What the explorer keeps while it is hidden: what was asked, never what was answered. */
export interface ExplorerPanelState {
  uri: string;
  query: FeatureQuery;
}
