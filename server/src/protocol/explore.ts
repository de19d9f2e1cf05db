/** Parameters and answer of `steerscope/features`: the latents of a set-up as a list, filtered and sorted by the server. */
import type { SaeInfo } from "./engine.ts";
import type { FeatureSummary, LabelEvidence } from "./feature.ts";
import type { Range } from "./inspect.ts";

/** Rows that one answer holds at most: a list asks for those it shows, never for all. */
export const MOST_ROWS = 500;

export interface FeaturesParams {
  /** Whose set-up is meant; without it the one of the settings. */
  textDocument?: { uri: string };
  /** The file whose folder's labels count where it is not `textDocument`: it may be closed. */
  labelsFor?: string;
  query: FeatureQuery;
  /** The part of the list that is wanted. */
  offset: number;
  count: number;
}

/** What is left out asks for nothing. */
export interface FeatureQuery {
  /** Id of the only SAE that is meant. */
  sae?: string;
  /** Words that all stand in a label of the latent. */
  words?: string;
  /** Words that stand in texts on which a scan found it firing. */
  examples?: string;
  /** A token that its decoder direction raises. */
  promotes?: string;
  /** Who made one of its labels. */
  source?: LabelEvidence["source"];
  /** Whether it has a label. */
  labelled?: boolean;
  /** `dead`: it never fired; `dense`: on a larger share of tokens than `denseAbove`; `live`: neither. */
  activity?: "dead" | "dense" | "live";
  /** By default the setting `hideAboveFrequency`. */
  denseAbove?: number;
  /** Smallest output and input score; latents without one are left out. */
  minOutput?: number;
  minInput?: number;
  contrast?: Contrast;
  /** Example texts: latents that fire on all of them and otherwise seldom. */
  like?: { texts: string[] };
  /** Latents that answer like this one, or like a token's logit, to a fixed list of inputs (ProbeLog). */
  alike?: Alike;
  /** Latents by how near a label of theirs is to this text in meaning (cosine of sentence embeddings). */
  meaning?: string;
  /** By default `match` where something is looked for that fits better or worse, else `index`. */
  sort?: FeatureSort;
  /** The other way round: names and indices from the last, figures from the smallest. What is not known stays last. */
  reversed?: boolean;
}

/** `match`: best first, as the first of these says that was asked for: example texts, contrast, `alike`, meaning, promoted token, examples. */
export type FeatureSort =
  | "match"
  | "index"
  | "label"
  | "frequency"
  | "maximum"
  | "score"
  | "output"
  | "input";

/** What fires more on one text than on another. */
export interface Contrast {
  on: ContrastText;
  /** Without it: than on nothing. */
  against?: ContrastText;
  /** Over the tokens of each text. By default `mean`. */
  by?: "mean" | "maximum";
}

/** Stretches of the document, as the model reads them there; or a typed text, read by itself. */
export type ContrastText = { places: ContrastPlace[] } | { text: string };
export interface ContrastPlace {
  range: Range;
  /** What stood there when it was chosen: another text there now is an error. */
  text: string;
}

/** Whose answers are looked for. */
export type Alike = AlikeModel & ({ sae: string; feature: number } | { token: string });
export interface AlikeModel {
  /** Another model than the list's, as settings name it; `sae` is then a reference as settings hold them. */
  model?: string;
}

export interface FeaturesAnswer {
  model: string;
  saes: SaeSummary[];
  /** How many latents fit the query, of how many there are. */
  total: number;
  of: number;
  offset: number;
  /** Whether any of the SAEs has output and input scores. */
  scored: boolean;
  rows: ExplorerRow[];
  /** What of the query cannot be answered here and why; what a contrast was measured on. */
  notes: string[];
}

export type SaeSummary = Pick<SaeInfo, "id" | "hook" | "architecture" | "width" | "conventions" | "check">;

export interface ExplorerRow extends FeatureSummary {
  /** With a contrast: activations on the two texts, in the SAE's own units. */
  contrast: { on: number; against: number } | null;
  /** With example texts: its largest activation on each. */
  like: number[] | null;
  /** With `alike`: how far its answers are from those looked for; 0 is the same. */
  distance: number | null;
  /** With `meaning`: the cosine of its nearest label; 1 is the same. */
  cosine: number | null;
}
