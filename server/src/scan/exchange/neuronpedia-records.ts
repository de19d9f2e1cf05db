import type { LabelEvidence } from "../../protocol/feature.ts";
import type { ImportedFigures } from "../../store/figures.ts";
import { Fields } from "./fields.ts";
import type { JsonObject } from "./lines.ts";

/** Whose record it is: `layer` holds the source's id, e.g. `8-res-jb`. */
interface Owner {
  index: number;
  modelId: string;
  layer: string;
  /** What only a store of ours has: our own exports carry it in a field of our name. */
  own: Fields | null;
}

export interface NpFeature extends Owner {
  kind: "feature";
  hook: string | null;
  /** Length of the decoder's direction; 0 where it is left out. */
  vector: number;
  figures: Omit<ImportedFigures, "tokens">;
  raises: [text: string, logit: number][];
  lowers: [text: string, logit: number][];
  neighbours: [feature: number, cosine: number][];
}

export interface NpActivation extends Owner {
  kind: "activation";
  tokens: string[];
  values: number[];
  peak: number;
  /** Whether it is of the strongest; others come from an interval of activations. */
  top: boolean;
  source: string | null;
}

export interface NpExplanation extends Owner {
  kind: "explanation";
  label: LabelEvidence;
}

export type NpRecord = NpFeature | NpActivation | NpExplanation;

/**
 * Reads a line of any of the three kinds of bulk files.
 * @param kind what the file's folder says; null to tell by the fields
 */
export function npRecord(
  value: JsonObject,
  path: string,
  line: number,
  kind: NpRecord["kind"] | null,
): NpRecord {
  const it = new Fields(value, path, line);
  const found = kind ?? kindOf(it);
  const owner: Owner = {
    index: it.index(),
    modelId: it.string("modelId"),
    layer: it.string("layer"),
    own: it.inner("steerscope"),
  };
  if (found === "feature") return { kind: "feature", ...owner, ...feature(it) };
  if (found === "activation") return { kind: "activation", ...owner, ...activation(it) };
  if (found === "explanation") return { kind: "explanation", ...owner, label: label(it) };
  return it.fail("it is neither a feature nor an activation nor an explanation");
}

function kindOf(it: Fields): NpRecord["kind"] | null {
  if (it.has("description")) return "explanation";
  if (it.has("tokens") || it.has("values")) return "activation";
  return it.has("frac_nonzero") || it.has("maxActApprox") || it.has("pos_str") ? "feature" : null;
}

function feature(it: Fields) {
  const frequency = it.numberOr("frac_nonzero", null);
  if (frequency !== null && (frequency < 0 || frequency > 1)) it.fail("“frac_nonzero” is no share");
  const bars = it.pairs(
    ["freq_hist_data_bar_values", "freq_hist_data_bar_heights"],
    it.numbers("freq_hist_data_bar_values"),
  );
  const neighbours = it.numbers("topkCosSimIndices");
  if (!neighbours.every((n) => Number.isSafeInteger(n) && n >= 0))
    it.fail("“topkCosSimIndices” is no list of latents");
  return {
    hook: it.stringOr("hookName", null),
    vector: it.numbers("vector").length,
    figures: { frequency, maximum: it.numberOr("maxActApprox", null), histogram: histogram(bars) },
    raises: it.pairs(["pos_str", "pos_values"], it.strings("pos_str")),
    lowers: it.pairs(["neg_str", "neg_values"], it.strings("neg_str")),
    neighbours: it.pairs(["topkCosSimIndices", "topkCosSimValues"], neighbours),
  };
}

/** Bars stand at the middles of their bins. */
function histogram(bars: [middle: number, height: number][]): ImportedFigures["histogram"] {
  const sorted = bars.toSorted(([a], [b]) => a - b).filter(([at], i, all) => i === 0 || at > all[i - 1][0]);
  if (sorted.length < 2) return null;
  const middles = sorted.map(([at]) => at);
  const inner = middles.slice(1).map((at, i) => (at + middles[i]) / 2);
  const last = middles.length - 1;
  const edges = [2 * middles[0] - inner[0], ...inner, 2 * middles[last] - inner[last - 1]];
  return { edges: [Math.max(0, edges[0]), ...edges.slice(1)], counts: sorted.map(([, height]) => height) };
}

function activation(it: Fields) {
  const tokens = it.strings("tokens");
  const values = it.numbers("values");
  if (tokens.length === 0) it.fail("“tokens” is empty");
  if (tokens.length !== values.length)
    it.fail(`“tokens” has ${tokens.length} entries, and “values” has ${values.length}`);
  const strongest = values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  const peak = it.has("maxValueTokenIndex") ? it.index("maxValueTokenIndex") : strongest;
  if (peak >= tokens.length) it.fail("“maxValueTokenIndex” is behind the last token");
  // The strongest are marked by a share of −1; other programs leave the bin out.
  const contains = it.numberOr("binContains", -1);
  return { tokens, values, peak, top: contains < 0, source: it.stringOr("dataSource", null) };
}

function label(it: Fields): LabelEvidence {
  const maker = it.stringOr("explanationModelName", null);
  const type = it.stringOr("typeName", null);
  const scores: Record<string, number> = {};
  for (const entry of it.list("scores")) {
    const { value, explanationScoreTypeName: name } = (entry ?? {}) as JsonObject;
    // A score of another scale says nothing where all are shares.
    if (typeof name === "string" && typeof value === "number" && value >= 0 && value <= 1)
      scores[name] = value;
  }
  return {
    text: it.string("description"),
    source: "imported",
    maker: ["Neuronpedia", ...[maker, type].filter((part) => part && part !== "unknown")].join(", "),
    scores,
    from: null,
  };
}
