import type { Figure } from "../../protocol/probe-report.ts";
import { countsOf } from "../classes.ts";
import { type Target, takeTarget } from "../data.ts";
import { equalFolds, partOf } from "../folds.ts";
import { leadingFigure, leadingValue } from "../metrics/figures.ts";
import { alone, type Units, unmet } from "../units.ts";
import type { Learner } from "./learner.ts";

export interface GroupsHeldOut {
  /** The leading figure of all examples, each told by a probe that met nothing of its group; groups count as a whole. */
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
 * those left out: whether what was learnt holds for kinds of text that were not seen. What is one unit with an example left out,
 * or is kept apart from it, is not learnt from either.
 * @param groups `[examples]`
 * @param units of the examples
 * @param apart `[examples]` what else must not be on both sides, by number
 * @returns null where there is one group only, or where units leave nothing to learn from
 */
export function groupsHeldOut(
  learner: Learner,
  target: Target,
  groups: Int32Array,
  seed: number,
  { units, copies }: Units = alone,
  apart: Int32Array | null = null,
  folds = 10,
): GroupsHeldOut | null {
  const known = new Set(groups);
  if (known.size < 2) return null;
  const outputs = target.type === "number" ? 1 : target.names.length;
  const all = new Float64Array(groups.length * outputs);
  const fold = equalFolds(groups.length, Math.min(folds, known.size), seed, { groups });
  const told: GroupsHeldOut["parts"] = [];
  for (let which = 0; which < Math.min(folds, known.size); which++) {
    const { inside, outside } = partOf(fold, which);
    const away = [units, apart].filter((it) => it !== null);
    const learnt = away.reduce((left, marks) => unmet(left, inside, marks), outside);
    if (learnt.length === 0) return null;
    const predictions = learner(target, learnt, inside, seed);
    inside.forEach((example, i) => {
      all.set(predictions.subarray(i * outputs, (i + 1) * outputs), example * outputs);
    });
    const value = leadingValue(predictions, takeTarget(target, inside));
    told.push({ groups: [...new Set(inside.map((i) => groups[i]))], n: inside.length, value });
  }
  return {
    figure: leadingFigure(all, target, { units: groups, copies }),
    majority: target.type === "number" ? 0 : shareOfCommonest(target),
    parts: told,
    classesOfOneGroup: target.type === "number" ? [] : classesOfOneGroup(target.labels, groups),
  };
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
