/** Messages between the extension and the panel that lays base and steered texts side by side. */
import type { CompareAnswer, GeneratedNews, ScorerSpec, Sweep } from "./compare.ts";
import type { RerankWish } from "./rerank.ts";

/** What the panel asks for. */
export interface CompareWish {
  /** In the order of the answer's edits; null: as the recipe says. Empty before the first answer. */
  strengths: (number | null)[];
  samples: number;
  maxTokens: number;
  temperature: number;
  seed: number;
  /** Undefined: what the recipe's checks look for; null: none. */
  scorer?: ScorerSpec | null;
  /** Which probe ranks the samples, by its file; undefined: none. */
  rerank?: RerankWish;
}

/** Trained probes that can rank samples: of a number or of two classes. */
export interface RankingChoices {
  /** Its file, and what to call it; those that are enabled first. */
  probes: { file: string; name: string }[];
  /** Why there are none; null where nothing keeps them. */
  problem: string | null;
}

/** To the panel. */
export type ToComparePanel =
  /** What is compared; empty `uri`: nothing. `recipes`: URIs; null: those that the prompt names. */
  | { type: "file"; uri: string; file: string; recipes: string[] | null }
  /** A piece of a text of the run that was asked for under this number. */
  | ({ type: "text"; id: number } & Pick<GeneratedNews, "side" | "sample" | "text">)
  | { type: "show"; id: number; answer: CompareAnswer }
  /** Put the focus on the slider of an edit of the first recipe, by its place there (null: on the first slider), once it is there. */
  | { type: "slider"; index: number | null }
  /** What can be chosen to rank with. */
  | ({ type: "probes" } & RankingChoices)
  /** Null with a reason where the sweep failed. */
  | { type: "sweep"; id: number; sweep: Sweep | null; reason: string }
  /** Why there is no answer; without a number, why there is nothing to show. */
  | { type: "problem"; id: number | null; message: string }
  /** The prompt, a recipe, settings or the engine are others now: nothing that is drawn holds. `again` follows. */
  | { type: "stale" }
  /** Ask anew. */
  | { type: "again" };

/** From the panel. */
export type FromComparePanel =
  | { type: "ready" }
  /** Compare; what ran before ends. */
  | { type: "run"; id: number; wish: CompareWish }
  | { type: "sweep"; id: number; wish: CompareWish }
  /** End what runs. */
  | { type: "stop" }
  /** Write strengths into the recipes: by recipe of the answer and place in its list. */
  | { type: "write"; strengths: { recipe: number; index: number; strength: number }[] }
  | { type: "feature"; sae: string; feature: number };

/** What the panel keeps while it is hidden: what is compared, never texts or figures. */
export interface ComparePanelState {
  uri: string;
  /** URIs; null: those that the prompt names. */
  recipes: string[] | null;
  wish: CompareWish;
}
