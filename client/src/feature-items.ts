import type { Position, Range } from "../../server/src/protocol/inspect.ts";
import type { RankedInspect } from "../../server/src/protocol/panel.ts";
import type { FeatureTarget } from "../../server/src/protocol/requests.ts";

/** A feature to choose, as a quick pick shows it. */
export interface FeatureItem<T = FeatureTarget> {
  label: string;
  description: string;
  detail: string;
  target: T;
}

/** The features of the token at a place; those of the whole file where none fires there. */
export function featureItemsAt(uri: string, answer: RankedInspect, place: Position): FeatureItem[] {
  const tokens = answer.tokens.filter(({ range }) => range && holds(range, place));
  const there = featureItems(uri, { ...answer, tokens });
  return there.length > 0 ? there : featureItems(uri, answer);
}

function holds({ start, end }: Range, { line, character }: Position): boolean {
  const isAfterStart = line > start.line || (line === start.line && character >= start.character);
  return isAfterStart && (line < end.line || (line === end.line && character < end.character));
}

/**
 * The features that fire somewhere in a file, each once: those with a label first, then by how near they come to their
 * scale. Template tokens, and tokens on which an SAE is not to be interpreted, do not count.
 */
export function featureItems(uri: string, answer: RankedInspect): FeatureItem[] {
  const scales = new Map(answer.scales.map((it) => [`${it.sae}/${it.feature}`, it]));
  const found = new Map<string, FeatureItem & { named: boolean; share: number }>();
  for (const token of answer.tokens) {
    if (token.virtual) continue;
    for (const { sae, feature, label, activation } of token.features) {
      if (token.outside[sae]) continue;
      const key = `${sae}/${feature}`;
      const scale = scales.get(key);
      const share = scale && scale.value > 0 ? activation / scale.value : 0;
      if (share <= (found.get(key)?.share ?? -1)) continue;
      const { id } = answer.saes[sae];
      found.set(key, {
        label: label ?? `feature ${feature}`,
        description: `${id} · ${feature}`,
        detail: `strongest on “${token.text.trim()}”: ${activation.toFixed(1)}, ${Math.round(100 * share)} % of its ${scale?.from === "known maximum" ? "known maximum" : "strongest in this file"}`,
        target: { uri, sae: id, feature },
        named: label !== null,
        share,
      });
    }
  }
  return [...found.values()]
    .sort((a, b) => Number(b.named) - Number(a.named) || b.share - a.share)
    .map(({ named, share, ...item }) => item);
}
