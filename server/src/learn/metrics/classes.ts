/** Figures of classes told against classes that are; all arrays are `[examples]`, classes count from 0. */

/** The class that has most probability in each example, the first where some have as much. `[examples]` */
export function mostLikely(probabilities: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++)
      if (probabilities[i * classes + k] > probabilities[i * classes + best]) best = k;
    return best;
  });
}

/** `[examples]` 1 where the class told is the class that is, else 0. */
export function hits(told: ArrayLike<number>, labels: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: labels.length }, (_, i) => (told[i] === labels[i] ? 1 : 0));
}

/** `[classes][classes]`: how many examples of a class (row) were told to be of a class (column). */
export function confusion(told: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]][told[i]]++;
  return counts;
}

/** The mean over the classes that occur of the share of their examples told right, as scikit-learn has it; null of none. */
export function balancedAccuracy(counts: readonly number[][]): number | null {
  const recalls = counts.flatMap((row, k) => {
    const all = row.reduce((a, b) => a + b, 0);
    return all === 0 ? [] : [row[k] / all];
  });
  return recalls.length === 0 ? null : recalls.reduce((a, b) => a + b, 0) / recalls.length;
}

/** F1 of each class: harmonic mean of precision and recall; 0 where a class was never told right. `[classes]` */
export function f1(counts: readonly number[][]): number[] {
  return counts.map((row, k) => {
    const is = row.reduce((a, b) => a + b, 0);
    const told = counts.reduce((sum, other) => sum + other[k], 0);
    return is + told === 0 ? 0 : (2 * row[k]) / (is + told);
  });
}
