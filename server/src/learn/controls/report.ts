import { type Target, takeTarget } from "../data.ts";
import {
  type ClassFigures,
  figuresOf,
  leadingFigure,
  leadingName,
  type NumberFigures,
} from "../metrics/figures.ts";
import type { Estimate } from "../metrics/intervals.ts";
import { TEXT_BASELINES, type TextBaselineId } from "../text/baselines.ts";
import { type CleanedSet, cleanedSet } from "../text/cleaned.ts";
import { balanceOf, type ClassBalance } from "./balance.ts";
import { type CodeLength, codeLength } from "./code-length.ts";
import { type Selectivity, selectivityOf } from "./control-task.ts";
import { type GroupsHeldOut, groupsHeldOut } from "./groups-held-out.ts";
import { type Learner, type Split, textLearner } from "./learner.ts";
import { type CurvePoint, learningCurve, overSeeds } from "./learning-curve.ts";
import { type ShuffledRun, shuffledLabels } from "./shuffled-labels.ts";
import { type Trust, trustOf } from "./trust.ts";
import { sharesOf, type UsableInformation, usableInformation } from "./usable-information.ts";

/** What controls are made of. */
export interface ControlledExamples {
  readonly target: Target;
  readonly split: Split;
  /** `[examples]` the text that the model read; the same in all layers. */
  readonly texts?: readonly string[];
  /** `[examples]` the type of word that is read, for the control task. */
  readonly types?: ArrayLike<number>;
  /** `[examples]` */
  readonly groups?: Int32Array;
}

export interface ControlOptions {
  readonly seed: number;
  /** How many seeds the intervals of the control task and the curve rest on, 5 where absent. */
  readonly seeds?: number;
  /** How often labels are shuffled, 20 where absent. */
  readonly shuffles?: number;
  /** Of the learning curve; 0.05, 0.1, 0.25, 0.5 and 1 where absent. */
  readonly fractions?: readonly number[];
  /** Told before each control is made, by its name. */
  readonly onControl?: (name: string) => void;
}

/** What texts alone reach, by baseline. */
export type TextControls = { id: TextBaselineId; figure: Estimate; predictions: Float64Array }[];

/** All controls of one probe, beside its own figures; null where one cannot be made of these examples. */
export interface ControlReport {
  figures: ClassFigures | NumberFigures;
  leading: Estimate;
  balance: ClassBalance | null;
  majority: Estimate;
  text: { id: TextBaselineId; figure: Estimate }[] | null;
  cleaned: CleanedSet | null;
  shuffled: ShuffledRun[];
  selectivity: Selectivity | null;
  curve: CurvePoint[];
  seeds: { figure: Estimate; runs: number[] };
  codeLength: CodeLength | null;
  information: UsableInformation | null;
  outOfGroup: GroupsHeldOut | null;
  trust: Trust;
}

/** Fits every text baseline once for all probes of these examples. */
export function textControls(examples: ControlledExamples, options: ControlOptions): TextControls | null {
  const { target, split, texts, groups } = examples;
  if (!texts) return null;
  const is = takeTarget(target, split.test);
  return TEXT_BASELINES.map((id) => {
    options.onControl?.(id);
    const predictions = textLearner(id, texts, { groups })(target, split.train, split.test, options.seed);
    return { id, figure: leadingFigure(predictions, is), predictions };
  });
}

/** Makes all controls of a probe. @param text what {@link textControls} gave for the same examples */
export function controlReport(
  learner: Learner,
  examples: ControlledExamples,
  text: TextControls | null,
  options: ControlOptions,
): ControlReport {
  const { target, split, types, groups } = examples;
  const { seed, shuffles = 20, fractions = [0.05, 0.1, 0.25, 0.5, 1] } = options;
  const seeds = from(seed, options.seeds ?? 5);
  const made = <T>(name: string, make: () => T): T => {
    options.onControl?.(name);
    return make();
  };
  const is = takeTarget(target, split.test);
  const trained = takeTarget(target, split.train);
  const told = made("held-out", () => learner(target, split.train, split.test, seed));
  const leading = leadingFigure(told, is);
  const figures = figuresOf(told, is);
  const balance = trained.type === "number" ? null : balanceOf(trained);
  const shares =
    trained.type === "number"
      ? new Float64Array(split.test.length)
      : sharesOf(trained.labels, trained.names.length, split.test.length);
  const majority = leadingFigure(shares, is);
  const ngrams = text?.find(({ id }) => id === "word-ngrams");
  const shuffled = made("shuffled labels", () =>
    shuffledLabels(learner, target, split, from(seed, shuffles)),
  );
  const selectivity = types
    ? made("control task", () => selectivityOf(learner, target, types, split, seeds))
    : null;
  const outOfGroup = groups
    ? made("groups held out", () => groupsHeldOut(learner, target, groups, seed))
    : null;
  return {
    figures,
    leading,
    balance,
    majority,
    text: text?.map(({ id, figure }) => ({ id, figure })) ?? null,
    cleaned: ngrams && is.type !== "number" ? cleanedSet(told, ngrams.predictions, is) : null,
    shuffled,
    selectivity,
    curve: made("learning curve", () => learningCurve(learner, target, split, fractions, seeds)),
    seeds: made("seeds", () => overSeeds(learner, target, split, seeds)),
    codeLength:
      target.type === "number"
        ? null
        : made("description length", () => codeLength(learner, target, split.train, seed)),
    information: is.type === "number" ? null : usableInformation(told, shares, is.labels, is.names.length),
    outOfGroup,
    trust: trustOf({
      measure: leadingName(target.type),
      probe: leading,
      majority: majority.value,
      rarest: balance ? Math.min(...balance.counts) : split.train.length,
      text,
      control: selectivity,
      outOfGroup: outOfGroup && outOfGroup.classesOfOneGroup.length === 0 ? outOfGroup.figure : null,
      shuffled,
      calibrationError: figures.type === "classes" ? figures.calibrationError : null,
    }),
  };
}

function from(seed: number, many: number): number[] {
  return Array.from({ length: many }, (_, i) => seed + i);
}
