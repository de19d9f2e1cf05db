/**
 * Area under the ROC curve: how often an example of the class scores above one outside it, ties counting half (the
 * Mann-Whitney statistic).
 * @param inClass `[examples]` 1 or 0 @returns null where all or none are in the class
 */
export function auc(scores: ArrayLike<number>, inClass: ArrayLike<number>): number | null {
  const ranks = ranksOf(scores);
  let [inside, rankSum] = [0, 0];
  for (let i = 0; i < ranks.length; i++)
    if (inClass[i]) {
      inside++;
      rankSum += ranks[i];
    }
  const outside = ranks.length - inside;
  if (inside === 0 || outside === 0) return null;
  return (rankSum - (inside * (inside + 1)) / 2) / (inside * outside);
}

/**
 * Of two classes the area of the second; of more the mean over the classes of each against the rest (one-vs-rest, macro).
 * @param probabilities `[examples · classes]` @returns null where a class is absent, or nothing else is there
 */
export function macroAuc(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): number | null {
  const areaOf = (k: number) =>
    auc(
      Float64Array.from({ length: labels.length }, (_, i) => probabilities[i * classes + k]),
      Uint8Array.from({ length: labels.length }, (_, i) => (labels[i] === k ? 1 : 0)),
    );
  if (classes === 2) return areaOf(1);
  let total = 0;
  for (let k = 0; k < classes; k++) {
    const area = areaOf(k);
    if (area === null) return null;
    total += area;
  }
  return total / classes;
}

/** Place of each number in their order, from 1; equal ones share the mean of their places. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    for (let place = first; place < end; place++) ranks[order[place]] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}
