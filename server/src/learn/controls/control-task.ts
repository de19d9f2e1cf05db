import type { Figure } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { leadingFigure, leadingValue } from "../metrics/figures.ts";
import { meanOf } from "../metrics/intervals.ts";
import { randomOf } from "../random.ts";
import { alone, takeUnits, type Units } from "../units.ts";
import type { Learner, Split } from "./learner.ts";

/** Types below which a control task is none. */
export const FEWEST_TYPES = 10;

export interface Selectivity {
  readonly task: Figure;
  /** The leading figure of control tasks, mean over the seeds. */
  readonly control: Figure;
  /** Task minus control. */
  readonly selectivity: number;
  /** Share of the test examples whose type was learnt from: of the others a control task tells nothing. */
  readonly seenTypes: number;
}

/**
 * The control task (J. Hewitt and P. Liang 2019, “Designing and interpreting probes with control tasks”): each type of word has
 * one fixed label, drawn from the labels that are. A probe that learns it as well as the task has memory enough to need no
 * knowledge of the model.
 * @param types `[examples]` the type of each, such as the id of the token that is read
 * @param units of all examples
 * @returns null where a control task cannot be set: fewer than {@link FEWEST_TYPES} types are learnt from (inverse Simpson
 * index, so that a common one does not count for many), whose labels any probe would know by heart
 */
export function selectivityOf(
  learner: Learner,
  target: Target,
  types: ArrayLike<number>,
  split: Split,
  seeds: readonly number[],
  units: Units = alone,
): Selectivity | null {
  const found = controlFigure(learner, target, types, split, seeds);
  if (!found) return null;
  const test = takeTarget(target, split.test);
  const told = learner(target, split.train, split.test, seeds[0] ?? 0);
  const task = leadingFigure(told, test, takeUnits(units, split.test));
  return { task, ...found, selectivity: task.value - found.control.value };
}

/** The control task alone, of a probe whose figure is known. @returns null as {@link selectivityOf} */
export function controlFigure(
  learner: Learner,
  target: Target,
  types: ArrayLike<number>,
  split: Split,
  seeds: readonly number[],
): Pick<Selectivity, "control" | "seenTypes"> | null {
  if (!hasControlTask(types, split.train)) return null;
  const runs = seeds.flatMap((seed) => {
    const control = controlTask(target, types, split.train, seed);
    if (!control) return [];
    const told = learner(control, split.train, split.test, seed);
    return [leadingValue(told, takeTarget(control, split.test))];
  });
  if (runs.length === 0) return null;
  const known = new Set(Array.from(split.train, (i) => types[i]));
  const seen = split.test.filter((i) => known.has(types[i])).length;
  return { control: meanOf(runs), seenTypes: seen / split.test.length };
}

/** Whether there are types enough among the examples learnt from. */
export const hasControlTask = (types: ArrayLike<number>, train: ArrayLike<number>): boolean =>
  diversityOf(Array.from(train, (i) => types[i])) >= FEWEST_TYPES;

/** One over the chance that two examples have the same type. */
function diversityOf(types: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return types.length ** 2 / [...counts.values()].reduce((sum, n) => sum + n * n, 0);
}

/** The labels of a control task for all examples; null where those learnt from would all have one. */
export function controlTask(
  target: Target,
  types: ArrayLike<number>,
  train: ArrayLike<number>,
  seed: number,
): Target | null {
  const random = randomOf(seed);
  const drawn = new Map<number, number>();
  const from = target.type === "number" ? target.values : target.labels;
  const learnt = Array.from(train);
  const labelOf = (type: number) => {
    const known = drawn.get(type);
    if (known !== undefined) return known;
    const label = from[learnt[Math.floor(random() * learnt.length)]];
    drawn.set(type, label);
    return label;
  };
  const labels = Array.from({ length: from.length }, (_, i) => labelOf(types[i]));
  if (learnt.every((i) => labels[i] === labels[learnt[0]])) return null;
  return target.type === "number"
    ? { ...target, values: Float64Array.from(labels) }
    : { ...target, labels: Int32Array.from(labels) };
}
