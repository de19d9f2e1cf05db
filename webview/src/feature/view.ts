import type {
  FeatureExample,
  FeatureResult,
  LabelEvidence,
  LabelScoring,
} from "../../../server/src/protocol/feature.ts";
import type { TriedToken } from "../../../server/src/protocol/requests.ts";
import { figure, percent, visible } from "../text.ts";

/** A token of an example or of a typed sentence, as it is drawn. */
export interface ShadedToken {
  text: string;
  /** For the pointer and for screen readers. */
  title: string;
  /** Share of a full shade, 0 to 1. */
  shade: number;
  /** The token that an example was chosen for. */
  peak: boolean;
  /** Greyed: not in the text, or not to be interpreted. */
  muted: boolean;
}

/** The scores of a label in words. */
export function scoresOf({ scores }: LabelEvidence): string {
  const named = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(2)}`);
  return named.length > 0 ? named.join(" · ") : "unscored";
}

/** Who made a label, its scores, and from where on it holds. */
export function evidenceOf(label: LabelEvidence): string[] {
  const from =
    label.from !== null && label.from > 0 ? [`holds from ${percent(label.from)} of its maximum`] : [];
  const { made, scoring } = label;
  return [
    `by ${label.maker}${made ? `, ${made.slice(0, 10)}` : ""}`,
    scoresOf(label),
    ...(scoring ? [scoringOf(scoring)] : []),
    ...from,
  ];
}

/** Who judged a label, and on how much. */
function scoringOf({ judge, activating, nonActivating, unread, verified }: LabelScoring): string {
  const parts = [`judged by ${judge} on ${activating} texts where it fires and ${nonActivating} where not`];
  if (unread > 0) parts.push(`${unread} answers unread`);
  if (!verified) parts.push("not all of the latter checked");
  return parts.join(", ");
}

/** What is known of how often and how strongly it fires, the scan's figures before those that came with the SAE. */
export function figuresOf({ statistics, known }: FeatureResult): string[] {
  if (statistics) {
    const { frequency, tokens, corpus, maximum, meanWhenActive } = statistics;
    return [
      `fires on ${percent(frequency)} of ${tokens === 0 ? "" : `${tokens.toLocaleString("en")} `}tokens of ${corpus}`,
      `largest activation ${figure(maximum)}, mean where it fires ${figure(meanWhenActive)}`,
    ];
  }
  const figures: string[] = [];
  if (known && known.frequency !== null) {
    const on = known.measuredOn ? ` (measured on ${known.measuredOn})` : "";
    figures.push(`fires on ${percent(known.frequency)} of tokens${on}`);
  }
  if (known && known.maximum !== null) figures.push(`largest known activation ${figure(known.maximum)}`);
  return figures;
}

/** What a full shade means in examples: the largest activation known. */
export function fullShade({ statistics, known }: FeatureResult): number {
  if (statistics && statistics.maximum > 0) return statistics.maximum;
  return known?.maximum ?? 0;
}

/** The tokens of an example; what an activation is worth is said of each. */
export function exampleTokens({ tokens, activations, peak }: FeatureExample, full: number): ShadedToken[] {
  return tokens.map((text, i) => shaded(text, activations[i], full, { peak: i === peak }));
}

export function triedTokens(tokens: TriedToken[], full: number): ShadedToken[] {
  return tokens.map(({ text, activation, virtual, outside }) =>
    outside
      ? {
          ...shaded(text, 0, full, { muted: true }),
          title: `“${visible(text)}”: the SAE was not made for this token`,
        }
      : shaded(text, activation, full, { muted: virtual }),
  );
}

function shaded(
  text: string,
  activation: number,
  full: number,
  { peak = false, muted = false } = {},
): ShadedToken {
  const shade = full > 0 ? Math.min(1, Math.max(0, activation / full)) : 0;
  const worth = activation > 0 ? figure(activation) : "not active";
  return { text: visible(text), title: `“${visible(text)}”: ${worth}`, shade, peak, muted };
}

/** An example in one sentence, for those who do not see its shading. */
export function exampleName({ tokens, activations, peak }: FeatureExample, place: string): string {
  return `${place}: ${figure(activations[peak])} on “${visible(tokens[peak])}”`;
}

/** The part of a histogram that holds something, as bars. */
export function filledBins({ edges, counts }: { edges: number[]; counts: number[] }) {
  const bins = counts.map((count, i) => ({ from: edges[i], to: edges[i + 1], count }));
  const first = bins.findIndex(({ count }) => count > 0);
  const last = bins.findLastIndex(({ count }) => count > 0);
  // A logarithmic axis begins above 0.
  return first < 0 ? [] : bins.slice(first, last + 1).filter(({ from }) => from > 0);
}

/** A histogram in one sentence. */
export function histogramName(bins: { from: number; to: number; count: number }[]): string {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  const largest = bins.reduce((a, b) => (b.count > a.count ? b : a));
  return `${all.toLocaleString("en")} activations between ${figure(bins[0].from)} and ${figure(bins.at(-1)!.to)}; most of them (${largest.count.toLocaleString("en")}) between ${figure(largest.from)} and ${figure(largest.to)}`;
}
