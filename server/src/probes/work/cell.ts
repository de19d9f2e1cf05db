import { controlFigure } from "../../learn/controls/control-task.ts";
import { type Learner, learnerOf } from "../../learn/controls/learner.ts";
import { shuffledLabels } from "../../learn/controls/shuffled-labels.ts";
import { sharesOf, usableInformation } from "../../learn/controls/usable-information.ts";
import { type Target, takeInputs, takeTarget } from "../../learn/data.ts";
import type { Fit, FitOptions, KindId } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import { figuresOf, leadingFigure } from "../../learn/metrics/figures.ts";
import { meanOf } from "../../learn/metrics/intervals.ts";
import { logLoss } from "../../learn/metrics/probabilities.ts";
import { unlessRefused } from "../../learn/refusal.ts";
import { takeUnits } from "../../learn/units.ts";
import type { Figure, ProbeCellFigures } from "../../protocol/probe-report.ts";
import { keptApart, loadInputs, type TrainingSet } from "./training-set.ts";

/** What decides a fit besides the examples. */
export interface FitWish extends Pick<FitOptions, "penalty" | "k" | "alpha"> {
  kind: KindId;
  seed: number;
}

export interface CellParams {
  set: TrainingSet;
  wish: FitWish;
  /** What is tried and told beside it: runs of shuffled labels and of a control task, 0 for none. */
  beside: { shuffled: number; controlTask: number; usableInformation: boolean };
}

export interface CellResult {
  figures: ProbeCellFigures;
  /** Mean surprise on what chooses, in nats (of numbers the mean squared error): it tells apart what is equally right. */
  validationLoss: number | null;
  /** The penalty that was used, for fits that are to be like this one. */
  penalty: number | null;
  /** Seconds that the fit took, and those of its controls. */
  fitSeconds: number;
  controlSeconds: number;
}

/** What fits of a set are told. */
function optionsOf(set: TrainingSet, { penalty, k, alpha }: FitWish): Omit<FitOptions, "seed"> {
  return {
    ...(penalty !== undefined && { penalty }),
    ...(k !== undefined && { k }),
    ...(alpha !== undefined && { alpha }),
    ...(set.units && { groups: set.units }),
    ...(set.pairs && { pairs: set.pairs }),
  };
}

/** Trains on some of a set's examples. @throws RangeError in words */
export function trainOn(set: TrainingSet, wish: FitWish, examples: Int32Array): Fit {
  const { groups, pairs, ...rest } = optionsOf(set, wish);
  const own = (of: Int32Array) => Int32Array.from(examples, (i) => of[i]);
  const { fit: learn } = kindOf(wish.kind);
  return learn(takeInputs(loadInputs(set), examples), takeTarget(set.target, examples), {
    ...rest,
    seed: wish.seed,
    ...(groups && { groups: own(groups) }),
    ...(pairs && { pairs: own(pairs) }),
  });
}

/** Learns a target from some of a set's examples and tells it of others. */
export function learnerFor(set: TrainingSet, wish: FitWish): Learner {
  return learnerOf(kindOf(wish.kind), loadInputs(set), optionsOf(set, wish));
}

/** Trains one cell of a sweep on the examples that choose nothing, and tells the others. @throws RangeError in words */
export function cell({ set, wish, beside }: CellParams): CellResult {
  const started = performance.now();
  const inputs = loadInputs(set);
  const fit = trainOn(set, wish, set.fit);
  const told = fit.predict(takeInputs(inputs, set.test));
  const is = takeTarget(set.target, set.test);
  const fitted = performance.now();
  const figures = figuresOf(told, is);
  const { test: unmet } = keptApart(set, set.fit, set.validation);
  const choosing = unmet.length > 0 ? unmet : set.validation;
  const chosen = choosing.length > 0 ? fit.predict(takeInputs(inputs, choosing)) : null;
  const penalty = fit.penalty ?? null;
  const like = { ...wish, ...(penalty !== null && { penalty }) };
  const tried = cellControls(set, like, beside);
  const information =
    !beside.usableInformation || is.type === "number" || set.target.type === "number"
      ? null
      : usableInformation(
          told,
          sharesOf(
            Int32Array.from(set.fit, (i) => labelOf(set, i)),
            is.names.length,
            set.test.length,
          ),
          is.labels,
          is.names.length,
          takeUnits(set, set.test),
        ).information;
  return {
    figures: {
      validation: chosen && leadingFigure(chosen, takeTarget(set.target, choosing), takeUnits(set, choosing)),
      test: leadingFigure(told, is, takeUnits(set, set.test)),
      auc: figures.auc,
      information,
      calibrationError: figures.calibrationError,
      shuffled: tried.shuffled?.value ?? null,
      control: tried.control?.value ?? null,
      ...(Math.max(beside.shuffled, beside.controlTask) > 1 && { controlRuns: tried }),
      facts: fit.facts(),
    },
    validationLoss: chosen && lossOf(chosen, takeTarget(set.target, choosing)),
    penalty,
    fitSeconds: (fitted - started) / 1000,
    controlSeconds: (performance.now() - fitted) / 1000,
  };
}

/** What the probe reaches on labels dealt out anew, and on a control task: means over some runs. */
function cellControls(
  set: TrainingSet,
  wish: FitWish,
  { shuffled, controlTask }: CellParams["beside"],
): NonNullable<ProbeCellFigures["controlRuns"]> {
  const learner = learnerFor(set, wish);
  const split = { train: set.fit, test: set.test };
  const seeds = (runs: number) => Array.from({ length: runs }, (_, i) => wish.seed + i);
  const dealt = () =>
    meanOf(shuffledLabels(learner, set.target, split, seeds(shuffled), set.copies).map(({ value }) => value));
  const task = () => controlFigure(learner, set.target, set.types, split, seeds(controlTask))?.control;
  return {
    shuffled: shuffled > 0 ? unlessNone(dealt) : null,
    control: controlTask > 0 ? unlessNone(task) : null,
  };
}

/** Null where a control cannot be made of these examples: that is no reason to be without the probe. */
function unlessNone(control: () => Figure | undefined): Figure | null {
  const found = unlessRefused(control);
  return found instanceof RangeError ? null : (found ?? null);
}

function lossOf(told: Float64Array, target: Target): number | null {
  if (target.type !== "number") return logLoss(told, target.labels, target.names.length);
  return told.reduce((sum, it, i) => sum + (it - target.values[i]) ** 2, 0) / told.length;
}

function labelOf({ target }: TrainingSet, example: number): number {
  return target.type === "number" ? 0 : target.labels[example];
}
