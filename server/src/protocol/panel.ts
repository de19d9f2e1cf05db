/** Messages between the extension and its webview panels. */
import type { InspectAnswer, LatentScale } from "./requests.ts";

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
  | { type: "reveal"; uri: string; version: number; token: number };

/** What the panel keeps while it is hidden: a place, never numbers. */
export interface InspectPanelState {
  uri: string;
  token: number;
}
