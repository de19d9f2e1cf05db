import type { LabelEvidence } from "../../protocol/feature.ts";
import { histogramEdges, kept } from "../../protocol/scan.ts";
import { cutIntoBands } from "../../store/bands.ts";
import type { StoredFiring } from "../../store/firings.ts";
import type { LatentRows, StoreRows } from "../../store/rows.ts";
import type { OwnActivation, OwnExplanation, OwnFeature } from "./own.ts";

/** Who every line belongs to. */
export interface Source {
  modelId: string;
  layer: string;
  hook: string;
  tokens: number;
}

/** A latent's line among the features. */
export function featureLine(latent: LatentRows, source: Source, text: (id: number) => string): object {
  const { feature, count, weights, imported } = latent;
  const scanned = source.tokens > 0;
  const bars = scanned ? scannedBars(latent.histogram) : importedBars(imported?.histogram ?? null);
  const own: OwnFeature = {
    count,
    sum: latent.sum,
    histogram: latent.histogram.flatMap((n, bin) => (n > 0 ? [[bin, n] as [number, number]] : [])),
    norm: weights?.norm ?? null,
    raises: weights?.raises.map(([id]) => id) ?? [],
    lowers: weights?.lowers.map(([id]) => id) ?? [],
    imported,
    scores: latent.scores,
  };
  return {
    modelId: source.modelId,
    layer: source.layer,
    index: String(feature),
    maxActApprox: scanned ? latent.maximum : (imported?.maximum ?? 0),
    hasVector: false,
    vector: [],
    hookName: source.hook,
    topkCosSimIndices: weights?.neighbours.map(([other]) => other) ?? [],
    topkCosSimValues: weights?.neighbours.map(([, cosine]) => cosine) ?? [],
    neg_str: weights?.lowers.map(([id]) => text(id)) ?? [],
    neg_values: weights?.lowers.map(([, logit]) => logit) ?? [],
    pos_str: weights?.raises.map(([id]) => text(id)) ?? [],
    pos_values: weights?.raises.map(([, logit]) => logit) ?? [],
    frac_nonzero: scanned ? count / source.tokens : (imported?.frequency ?? 0),
    freq_hist_data_bar_heights: bars.map(({ height }) => height),
    freq_hist_data_bar_values: bars.map(({ middle }) => middle),
    logits_hist_data_bar_heights: [],
    logits_hist_data_bar_values: [],
    steerscope: own,
  };
}

/** From the first to the last bin that holds anything. */
function scannedBars(histogram: number[]): { middle: number; height: number }[] {
  const first = histogram.findIndex((n) => n > 0);
  const last = histogram.findLastIndex((n) => n > 0);
  return histogram.slice(Math.max(0, first), last + 1).map((height, i) => ({
    height,
    middle: (histogramEdges[first + i] + histogramEdges[first + i + 1]) / 2,
  }));
}

function importedBars(histogram: { edges: number[]; counts: number[] } | null) {
  const { edges, counts } = histogram ?? { edges: [], counts: [] };
  return counts.map((height, i) => ({ height, middle: (edges[i] + edges[i + 1]) / 2 }));
}

/** A latent's examples: the strongest, then the sample, each in its order. */
export function* activationLines(latent: LatentRows, source: Source, rows: StoreRows): Generator<object> {
  for (const firing of latent.top) {
    const bin = { binMin: -1, binMax: latent.top[0].activation, binContains: -1 };
    yield activationLine(latent.feature, firing, "top", bin, source, rows);
  }
  const bins = new Map<StoredFiring, object>();
  for (const { from, to, firings } of cutIntoBands(latent.sample)) {
    const bin = { binMin: from, binMax: to, binContains: firings.length / latent.sample.length };
    for (const firing of firings) bins.set(firing, bin);
  }
  for (const firing of latent.sample)
    yield activationLine(latent.feature, firing, "sample", bins.get(firing) ?? {}, source, rows);
}

function activationLine(
  feature: number,
  firing: StoredFiring,
  list: OwnActivation["list"],
  bin: object,
  { modelId, layer }: Source,
  rows: StoreRows,
): object {
  const window = rows.window(firing.window);
  const from = Math.max(0, firing.position - kept.before);
  const ids = window.ids.subarray(from, firing.position + kept.after + 1);
  const values = new Array<number>(ids.length).fill(0);
  firing.offsets.forEach((offset, i) => {
    values[firing.position + offset - from] = firing.activations[i];
  });
  const own: OwnActivation = {
    list,
    key: firing.key,
    window: firing.window,
    position: firing.position,
    range: firing.range,
  };
  return {
    id: `steerscope-${feature}-${list}-${firing.window}-${firing.position}`,
    modelId,
    layer,
    index: String(feature),
    tokens: Array.from(ids, (id) => rows.text(id)),
    values,
    maxValue: Math.max(...values),
    maxValueTokenIndex: firing.position - from,
    minValue: Math.min(...values),
    ...bin,
    dataSource: window.source,
    steerscope: own,
  };
}

/** A latent's labels, in their order. */
export function* explanationLines({ feature, labels }: LatentRows, source: Source): Generator<object> {
  for (const [place, label] of labels.entries()) yield explanationLine(feature, place, label, source);
}

function explanationLine(
  feature: number,
  place: number,
  { text, source, maker, scores, from }: LabelEvidence,
  { modelId, layer }: Source,
): object {
  const own: OwnExplanation = { source, maker, scores, from };
  return {
    id: `steerscope-${feature}-${place}`,
    modelId,
    layer,
    index: String(feature),
    description: text,
    authorId: null,
    typeName: source,
    explanationModelName: maker,
    steerscope: own,
  };
}
