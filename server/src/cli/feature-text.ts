import { styleText } from "node:util";
import type { ExplorerRow } from "../protocol/explore.ts";
import type {
  FeatureExample,
  FeatureResult,
  FeatureScores,
  FeatureStatistics,
  FeatureSummary,
  FeatureWeights,
  LabelEvidence,
} from "../protocol/feature.ts";
import { RARELY_BOTH, WEAK_OUTPUT } from "../protocol/feature.ts";
import { columns, quoted } from "./columns.ts";

/** Examples, neighbours and companions in the terminal; JSON has them all. */
const shown = 8;
const barLength = 30;

/** Everything known of a latent, for a terminal. */
export function featureText(result: FeatureResult): string {
  const { sae, feature, model, labels, statistics, weights, scores, notes } = result;
  const parts = [
    [
      `${styleText("bold", `${sae.id} · ${feature}`)} · ${model} · ${sae.hook} · ${sae.architecture}, ${sae.width} latents`,
      ...sae.conventions.map((it) => styleText("dim", `  ${it}`)),
      ...labels.map(labelText),
    ].join("\n"),
  ];
  if (statistics) parts.push(...statisticsText(statistics));
  if (weights) parts.push(weightsText(weights));
  if (scores) parts.push(scoresText(scores));
  if (notes.length > 0) parts.push(notes.join("\n"));
  return parts.join("\n\n");
}

/** A label with who made it and what it rests on. */
export function labelText({ text, source, maker, scores, from, made, scoring }: LabelEvidence): string {
  const named = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(2)}`);
  const evidence = [
    source,
    ...(named.length > 0 ? named : ["unscored"]),
    ...(from === null ? [] : [`from ${Math.round(100 * from)} % of its maximum`]),
    ...(scoring
      ? [`judged by ${scoring.judge} on ${scoring.activating} + ${scoring.nonActivating} texts`]
      : []),
    ...(scoring && scoring.unread > 0 ? [`${scoring.unread} answers unread`] : []),
    ...(made ? [made.slice(0, 10)] : []),
  ];
  return `${text} (${maker}: ${evidence.join(", ")})`;
}

function statisticsText(it: FeatureStatistics): string[] {
  const fired = it.tokensFired
    .slice(0, shown)
    .map(({ text, share }) => `${quoted(text)} ${percent(share)}`)
    .join(", ");
  const parts = [
    [
      it.tokens === 0
        ? `Fires on ${percent(it.frequency)} of tokens, as ${it.corpus} has it.`
        : `Fires on ${percent(it.frequency)} of ${it.tokens.toLocaleString("en")} tokens of ${it.corpus} (${it.outside.toLocaleString("en")} more left out).`,
      `Largest activation ${it.maximum.toFixed(3)}, mean where it fires ${it.meanWhenActive.toFixed(3)}.`,
      ...(fired ? [`On: ${fired}`] : []),
    ].join("\n"),
  ];
  const histogram = histogramText(it);
  if (histogram) parts.push(histogram);
  if (it.top.length > 0)
    parts.push([heading("Strongest"), ...it.top.slice(0, shown).map(exampleText)].join("\n"));
  for (const { from, to, examples } of it.bands)
    parts.push(
      [heading(`From ${from.toFixed(3)} to ${to.toFixed(3)}`), ...examples.slice(0, 2).map(exampleText)].join(
        "\n",
      ),
    );
  if (it.firesWith.length > 0) {
    const rows = it.firesWith
      .slice(0, shown)
      .map(({ feature, share, jaccard, label }) => [
        String(feature),
        percent(share),
        jaccard.toFixed(3),
        label ?? "",
      ]);
    parts.push(
      [heading("Fires with"), ...columns([["latent", "share", "Jaccard", "label"], ...rows])].join("\n"),
    );
  }
  return parts;
}

function histogramText({ histogram: { edges, counts } }: FeatureStatistics): string | null {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return null;
  const last = counts.findLastIndex((count) => count > 0);
  const most = Math.max(...counts);
  const rows = counts
    .slice(first, last + 1)
    .map((count, i) => [
      `${edges[first + i].toPrecision(3)} –`,
      String(count),
      "█".repeat(Math.ceil((barLength * count) / most)),
    ]);
  return [heading("Activations"), ...columns(rows)].join("\n");
}

function exampleText({ tokens, peak, activations, source, range }: FeatureExample): string {
  // A terminal's line: fewer tokens than are kept.
  const from = Math.max(0, peak - 12);
  const visible = (text: string) => quoted(text).slice(1, -1).replaceAll('\\"', '"');
  const text = [
    ...tokens.slice(from, peak).map(visible),
    styleText("bold", `[${visible(tokens[peak])}]`),
    ...tokens.slice(peak + 1, peak + 7).map(visible),
  ].join("");
  const place = range ? `${source}:${range.start}` : source;
  return `  ${activations[peak].toFixed(3)}  ${text}  ${styleText("dim", place)}`;
}

function weightsText({ norm, strength, raises, lowers, neighbours, convention }: FeatureWeights): string {
  const tokens = (list: FeatureWeights["raises"]) =>
    list.map(({ text, logit }) => `${quoted(text)} ${logit.toFixed(2)}`).join(", ");
  const share = strength === null ? "" : `, ${strength.toPrecision(3)} of the residual's median norm`;
  const lines = [`Decoder norm ${norm.toPrecision(4)}${share}.`];
  if (raises.length > 0) lines.push(`Raises: ${tokens(raises)}`, `Lowers: ${tokens(lowers)}`);
  lines.push(styleText("dim", convention));
  const rows = neighbours
    .slice(0, shown)
    .map(({ feature, cosine, label }) => [String(feature), cosine.toFixed(3), label ?? ""]);
  return [...lines, heading("Nearest"), ...columns([["latent", "cosine", "label"], ...rows])].join("\n");
}

function scoresText({ output, input, convention, notes }: FeatureScores): string {
  const lines = [heading("As a handle for steering")];
  if (output) {
    const weak = output.weak ? `; weak, below ${WEAK_OUTPUT}` : "";
    lines.push(`Output score ${output.value.toFixed(3)}${weak}: amplified, it makes what it raises likely.`);
    for (const { text, score } of output.prompts)
      lines.push(`  ${score === null ? "–" : score.toFixed(3)}  after ${quoted(text)}`);
  }
  if (input)
    lines.push(
      `Input score ${input.value.toFixed(3)} on ${input.texts} texts: the share in which it fires most on a token that it raises.`,
    );
  if (output || input) lines.push(RARELY_BOTH);
  return [...lines, ...notes, styleText("dim", convention)].join("\n");
}

/** One row a latent. */
export function summaryTable(features: FeatureSummary[]): string {
  const rows = features.map((it) => [
    it.sae,
    String(it.feature),
    it.frequency === null ? "–" : percent(it.frequency),
    it.maximum === null ? "–" : it.maximum.toFixed(2),
    it.score === null ? "–" : it.score.toFixed(2),
    it.label ?? "",
  ]);
  const [first, ...rest] = columns([["SAE", "latent", "fires on", "maximum", "score", "label"], ...rows]);
  return [heading(first), ...rest].join("\n");
}

/** One row a latent, with how it answers to what was looked for. */
export function matchTable(rows: ExplorerRow[]): string {
  const cells = rows.map((it) => [
    it.sae,
    String(it.feature),
    it.like
      ? it.like.map((activation) => activation.toFixed(2)).join(" ")
      : (it.cosine ?? it.distance ?? 0).toFixed(3),
    it.frequency === null ? "–" : percent(it.frequency),
    it.label ?? "",
  ]);
  const match = rows[0]?.like ? "activations" : rows[0]?.cosine != null ? "cosine" : "distance";
  const [first, ...rest] = columns([["SAE", "latent", match, "fires on", "label"], ...cells]);
  return [heading(first), ...rest].join("\n");
}

const heading = (text: string) => styleText("bold", text);

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
