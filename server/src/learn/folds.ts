import { countsOf } from "./classes.ts";
import { randomOf, shuffled } from "./random.ts";
import { membersOf } from "./units.ts";

/** Folds of a cross-validation. */
export interface Folds {
  /** `[examples]` the fold in which each example is held out. */
  readonly of: Int32Array;
  readonly count: number;
  /** Why there are fewer than were asked for, or why groups were not kept together. */
  readonly remarks: string[];
}

/**
 * Folds with about the same share of every class in each, and examples of one group in one fold. Where a class has fewer
 * examples than folds were asked for, or there are fewer groups, there are fewer folds; a count of 1 means that nothing can be
 * held out.
 * @param labels `[examples]` from 0; all 0 where there are no classes
 */
export function foldsOf(
  labels: Int32Array,
  { folds = 5, groups, seed }: { folds?: number; groups?: Int32Array; seed: number },
): Folds {
  const classes = labels.reduce((most, k) => Math.max(most, k), 0) + 1;
  const counts = countsOf(labels, classes);
  const remarks: string[] = [];
  const random = randomOf(seed);
  const members = groups && membersOf(groups);
  let count = Math.max(2, Math.floor(folds));
  const least = counts.reduce((few, it) => (it > 0 ? Math.min(few, it) : few), labels.length);
  if (least < count) {
    remarks.push(
      `${least} instead of ${count}: the smallest class has ${least} ${least === 1 ? "example" : "examples"}`,
    );
    count = least;
  }
  if (members && members.length === 1) remarks.push("groups not kept together: all examples are in one");
  const grouped = members && members.length > 1;
  if (grouped && members.length < count) {
    remarks.push(`${members.length} instead of ${count}: there are ${members.length} groups`);
    count = members.length;
  }
  const units = grouped ? members : Array.from(labels, (_, i) => [i]);
  return { of: deal(units, labels, counts, count, random), count, remarks };
}

/**
 * `[n]` the fold of each of n examples, from 0: as many folds as are asked for, or none.
 * @throws RangeError where there are fewer examples (or groups) than folds
 */
export function equalFolds(
  n: number,
  folds: number,
  seed: number,
  { groups, labels }: { groups?: Int32Array; labels?: Int32Array } = {},
): Int32Array {
  const units = groups ? new Set(groups).size : n;
  if (units < folds)
    throw new RangeError(
      `${units} ${groups ? "groups" : "examples"} cannot be parted into ${folds} folds: use fewer folds.`,
    );
  const none = new Int32Array(n);
  const found = foldsOf(labels ?? none, { folds, groups, seed });
  // A class with fewer examples than folds is no reason for fewer here.
  return found.count === folds ? found.of : foldsOf(none, { folds, groups, seed }).of;
}

/** Numbers of the examples in a fold, and of those outside it. */
export function partOf(fold: Int32Array, which: number): { inside: Int32Array; outside: Int32Array } {
  const all = Int32Array.from(fold, (_, i) => i);
  return { inside: all.filter((i) => fold[i] === which), outside: all.filter((i) => fold[i] !== which) };
}

/** The largest units first, each into the fold that has least of its classes, by share of each class. */
function deal(
  units: readonly number[][],
  labels: Int32Array,
  counts: Int32Array,
  count: number,
  random: () => number,
): Int32Array {
  const of = new Int32Array(labels.length);
  const held = Array.from({ length: count }, () => new Float64Array(counts.length));
  const sizes = new Int32Array(count);
  const order = Array.from(shuffled(units.length, random)).sort((a, b) => units[b].length - units[a].length);
  for (const u of order) {
    const shares = new Map<number, number>();
    for (const i of units[u]) shares.set(labels[i], (shares.get(labels[i]) ?? 0) + 1);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let f = 0; f < count; f++) {
      let cost = 0;
      for (const [k, n] of shares) cost += (n * held[f][k]) / counts[k] ** 2;
      if (cost < least || (cost === least && sizes[f] < sizes[best])) [best, least] = [f, cost];
    }
    for (const [k, n] of shares) held[best][k] += n;
    for (const i of units[u]) of[i] = best;
    sizes[best] += units[u].length;
  }
  return of;
}
