import { type LabelledSpan, noLabel } from "./types.ts";

/**
 * The class of each token: that of the stretch that covers most of it, the first one where two cover the same, else
 * {@link noLabel}. Tokens and stretches are UTF-16 offsets in the same text, `[tokens]` each.
 */
export function tokenLabels(
  spans: readonly LabelledSpan[],
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
): string[] {
  return Array.from({ length: starts.length }, (_, t) => {
    let label = noLabel;
    let most = 0;
    for (const span of spans) {
      const covered = Math.min(span.end, ends[t]) - Math.max(span.start, starts[t]);
      if (covered > most) [label, most] = [span.label, covered];
    }
    return label;
  });
}
