import { randomOf, shuffled } from "./random.ts";

/**
 * Parts of about equal size for cross-validation: `[examples]` the fold of each, from 0. Examples of one group stay together;
 * without groups each class is dealt out evenly.
 * @throws RangeError where there are fewer groups (or examples) than folds
 */
export function foldsOf(
  n: number,
  folds: number,
  seed: number,
  { groups, labels }: { groups?: ArrayLike<number>; labels?: ArrayLike<number> } = {},
): Int32Array {
  const order = shuffled(n, randomOf(seed));
  const fold = new Int32Array(n);
  if (groups) {
    const sizes = new Map<number, number>();
    for (const i of order) sizes.set(groups[i], (sizes.get(groups[i]) ?? 0) + 1);
    if (sizes.size < folds)
      throw new RangeError(`${sizes.size} groups cannot be parted into ${folds} folds: use fewer folds.`);
    // The largest groups first, each to the fold that has least.
    const filled = new Float64Array(folds);
    const foldOf = new Map<number, number>();
    for (const [group, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
      const least = filled.indexOf(Math.min(...filled));
      foldOf.set(group, least);
      filled[least] += size;
    }
    for (let i = 0; i < n; i++) fold[i] = foldOf.get(groups[i])!;
    return fold;
  }
  if (n < folds) throw new RangeError(`${n} examples cannot be parted into ${folds} folds: use fewer folds.`);
  const byClass = labels ? [...order].sort((a, b) => labels[a] - labels[b]) : [...order];
  byClass.forEach((example, place) => {
    fold[example] = place % folds;
  });
  return fold;
}

/** Numbers of the examples in a fold, and of those outside it. */
export function partOf(fold: Int32Array, which: number): { inside: Int32Array; outside: Int32Array } {
  const all = Int32Array.from(fold, (_, i) => i);
  return { inside: all.filter((i) => fold[i] === which), outside: all.filter((i) => fold[i] !== which) };
}
