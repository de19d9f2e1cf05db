import type { Figure } from "../../protocol/probe-report.ts";
import { countsOf } from "../classes.ts";
import { type Target, takeTarget } from "../data.ts";
import { equalFolds, partOf } from "../folds.ts";
import { leadingValue } from "../metrics/figures.ts";
import { bootstrapped } from "../metrics/intervals.ts";
import type { Learner } from "./learner.ts";

export interface GroupsHeldOut {
  /** The leading figure of all examples, each told by a probe that met nothing of its group; groups are drawn for the interval. */
  readonly figure: Figure;
  /** What always saying the most frequent class reaches on the same examples; 0 of numbers. */
  readonly majority: number;
  /** How each held-out part did. */
  readonly parts: { groups: number[]; n: number; value: number }[];
  /** Classes that occur in one group only: left out they cannot be known, so their figure says nothing. */
  readonly classesOfOneGroup: number[];
}

/**
 * Leaves out a group at a time (or parts of some groups, where there are more than `folds`), trains on the others and tells
 * those left out: whether what was learnt holds for kinds of text that were not seen.
 * @param groups `[examples]`
 * @returns null where there is one group only
 */
export function groupsHeldOut(
  learner: Learner,
  target: Target,
  groups: Int32Array,
  seed: number,
  folds = 10,
): GroupsHeldOut | null {
  const known = [...new Set(groups)];
  if (known.length < 2) return null;
  const outputs = target.type === "number" ? 1 : target.names.length;
  const all = new Float64Array(groups.length * outputs);
  const parts = Math.min(folds, known.length);
  const fold = equalFolds(groups.length, parts, seed, { groups });
  const told = Array.from({ length: parts }, (_, which) => {
    const { inside, outside } = partOf(fold, which);
    const predictions = learner(target, outside, inside, seed);
    inside.forEach((example, i) => {
      all.set(predictions.subarray(i * outputs, (i + 1) * outputs), example * outputs);
    });
    const value = leadingValue(predictions, takeTarget(target, inside));
    return { groups: [...new Set(inside.map((i) => groups[i]))], n: inside.length, value };
  });
  return {
    figure: byGroups(all, outputs, target, groups, known, seed),
    majority: target.type === "number" ? 0 : shareOfCommonest(target),
    parts: told,
    classesOfOneGroup: target.type === "number" ? [] : classesOfOneGroup(target.labels, groups),
  };
}

function byGroups(
  all: Float64Array,
  outputs: number,
  target: Target,
  groups: Int32Array,
  known: number[],
  seed: number,
): Figure {
  const members = known.map((group) => Int32Array.from(groups.keys()).filter((i) => groups[i] === group));
  const figure = (drawn: Int32Array) => {
    const examples = Int32Array.from([...drawn].flatMap((g) => [...members[g]]));
    const predictions = new Float64Array(examples.length * outputs);
    examples.forEach((example, i) => {
      predictions.set(all.subarray(example * outputs, (example + 1) * outputs), i * outputs);
    });
    return leadingValue(predictions, takeTarget(target, examples));
  };
  return bootstrapped(known.length, figure, seed)!;
}

function shareOfCommonest({ names, labels }: Exclude<Target, { type: "number" }>): number {
  return Math.max(...countsOf(labels, names.length)) / labels.length;
}

function classesOfOneGroup(labels: Int32Array, groups: Int32Array): number[] {
  const where = new Map<number, Set<number>>();
  labels.forEach((label, i) => {
    where.set(label, (where.get(label) ?? new Set()).add(groups[i]));
  });
  return [...where].filter(([, of]) => of.size === 1).map(([label]) => label);
}
