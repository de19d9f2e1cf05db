/** Messages between the extension and its webview panels. */
import type { ContrastPlace, FeatureQuery, FeaturesAnswer } from "./explore.ts";
import type { FeatureResult, LabelEvidence } from "./feature.ts";
import type { FeatureTarget, InspectAnswer, LatentScale, Scale, TriedFeature } from "./requests.ts";

/** What the inspect panel draws: features as hovers rank them, with what their bars are measured against. */
export type RankedInspect = InspectAnswer & { scales: LatentScale[] };

/** To the inspect panel. */
export type ToInspectPanel =
  | { type: "show"; uri: string; answer: RankedInspect }
  /** What is drawn no longer belongs to the text; new numbers follow. */
  | { type: "stale" }
  | { type: "problem"; message: string };

/** From the inspect panel. */
export type FromInspectPanel =
  /** Its script runs: it shows nothing yet, be it new, restored, or visible again. */
  | { type: "ready" }
  /** The user chose a token, by its index in the answer of this file and version. */
  | { type: "reveal"; uri: string; version: number; token: number }
  /** The user chose a feature of the table. */
  | { type: "feature"; target: FeatureTarget };

/** What the panel keeps while it is hidden: a place, never numbers. */
export interface InspectPanelState {
  uri: string;
  token: number;
}

/** To the feature panel. */
export type ToFeaturePanel =
  | { type: "show"; target: FeatureTarget; answer: FeatureResult; back: boolean; forward: boolean }
  /** Where it fires in the file; null with a reason where that cannot be said. */
  | { type: "fires"; target: FeatureTarget; fires: Occurrences | null; reason: string }
  /** The typed sentence, read; null with a reason where that failed. */
  | { type: "tried"; text: string; answer: TriedFeature | null; reason: string }
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
  | { type: "back" | "forward" | "showWhereFires" | "copyLink" | "scan" }
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
  /** What the editor has selected, for a side of the contrast. */
  | { type: "selection"; side: ContrastSideName; places: ContrastPlace[] }
  /** What is drawn of the file, or of all (`all`), may no longer hold; `again` follows. */
  | { type: "stale"; all: boolean }
  /** Ask anew for what is shown. */
  | { type: "again" };

/** From the explorer. */
export type FromExplorerPanel =
  | { type: "ready" }
  | { type: "ask"; id: number; query: FeatureQuery; offset: number; count: number }
  | { type: "selection"; side: ContrastSideName }
  | { type: "open"; sae: string; feature: number };

export type ContrastSideName = "on" | "against";

/** What the explorer keeps while it is hidden: what was asked, never what was answered. */
export interface ExplorerPanelState {
  uri: string;
  query: FeatureQuery;
}
