import { codeLength } from "../../learn/controls/code-length.ts";
import { FEWEST_TYPES, selectivityOf } from "../../learn/controls/control-task.ts";
import { type GroupsHeldOut, groupsHeldOut } from "../../learn/controls/groups-held-out.ts";
import type { Learner } from "../../learn/controls/learner.ts";
import { textLearner } from "../../learn/controls/learner.ts";
import { learningCurve } from "../../learn/controls/learning-curve.ts";
import { shuffledLabels } from "../../learn/controls/shuffled-labels.ts";
import { takeTarget } from "../../learn/data.ts";
import { equalFolds, partOf } from "../../learn/folds.ts";
import { leadingFigure, leadingValue } from "../../learn/metrics/figures.ts";
import { meanOfSplits } from "../../learn/metrics/intervals.ts";
import { randomOf, shuffled } from "../../learn/random.ts";
import { fitText, type TextBaselineId } from "../../learn/text/baselines.ts";
import { takeUnits } from "../../learn/units.ts";
import type { Figure, ProbeControls } from "../../protocol/probe-report.ts";
import { type FitWish, learnerFor } from "./cell.ts";
import { keptApart, type TrainingSet, trainingExamples } from "./training-set.ts";

/** Controls that train the chosen probe anew; each is a task of its own, so that they run side by side. */
export type ControlName = "shuffled" | "control-task" | "curve" | "code-length" | "groups" | "seeds";

export interface ControlParams {
  set: TrainingSet;
  wish: FitWish;
  control: ControlName;
  /** Runs of controls that have several. */
  seeds: number[];
}

/** What one control found; the others' parts are absent. */
export type ControlResult = Partial<
  Pick<ProbeControls, "shuffled" | "controlTask" | "curve" | "codeLength" | "seeds" | "refused">
> & { groups?: Pick<GroupsHeldOut, "figure" | "majority" | "parts"> | null };

const noControlTask = {
  tokens: `Fewer than ${FEWEST_TYPES} different words are read, or nearly all of them are one, and any probe would know their labels by heart.`,
  words: `Fewer than ${FEWEST_TYPES} different words are read, and the texts share fewer than that too: any probe would know their labels by heart.`,
};

/** Of splits drawn anew. */
const folds = 5;
const fractions = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** Runs one control. @throws RangeError in words where the examples do not allow it */
export function control({ set, wish, control: name, seeds }: ControlParams): ControlResult {
  const learner = learnerFor(set, wish);
  const { target, types, test } = set;
  const train = trainingExamples(set);
  const split = { train, test };
  switch (name) {
    case "shuffled":
      return { shuffled: shuffledLabels(learner, target, split, seeds, set.copies) };
    case "control-task": {
      const found = selectivityOf(learner, target, types, split, seeds, set);
      if (!found) throw new RangeError(noControlTask[set.typesAre]);
      const { control, selectivity, seenTypes } = found;
      return { controlTask: { control, selectivity, seenTypes, types: set.typesAre } };
    }
    case "curve": {
      const refused: NonNullable<ProbeControls["refused"]> = [];
      const refuse = (examples: number, why: string) =>
        refused.push({ name: `the learning curve at ${examples} examples`, why });
      const points = learningCurve(learner, target, split, fractions, seeds, refuse, set);
      return { curve: points.map(({ examples, figure }) => ({ examples, figure })), refused };
    }
    case "code-length": {
      if (target.type === "number") throw new RangeError("Numbers have no code of classes.");
      const { bits, uniformBits, compression, byChance } = codeLength(
        learner,
        target,
        train,
        wish.seed,
        set.units,
      );
      const name = `the description length of the first ${byChance?.labels} labels, which count as chance has them`;
      return {
        codeLength: { bits, uniformBits, compression },
        refused: byChance ? [{ name, why: byChance.why }] : [],
      };
    }
    case "groups": {
      const found =
        set.groups && groupsHeldOut(learner, target, set.groups, wish.seed, set, set.apart?.marks);
      if (!found)
        throw new RangeError("The data has one group only, or all groups hang together by their records.");
      const { figure, majority, parts } = found;
      return { groups: { figure, majority, parts } };
    }
    case "seeds":
      return { seeds: overSplits(learner, set, seeds) };
  }
}

/** The leading figure on splits drawn anew, one a seed: five folds, of which another one is held out each time. */
function overSplits(learner: Learner, set: TrainingSet, seeds: number[]): ProbeControls["seeds"] {
  const all = Int32Array.from([...trainingExamples(set), ...set.test]).sort();
  const { target } = set;
  const { units } = takeUnits(set, all);
  const runs = seeds.flatMap((seed, run) => {
    const fold = equalFolds(all.length, folds, seed, {
      groups: units ?? undefined,
      labels: target.type === "number" ? undefined : Int32Array.from(all, (i) => target.labels[i]),
    });
    const { inside, outside } = partOf(fold, run % folds);
    const of = (those: Int32Array) => Int32Array.from(those, (i) => all[i]);
    const { train, test } = keptApart(set, of(outside), of(inside));
    if (train.length === 0 || test.length === 0) return [];
    const told = learner(target, train, test, seed);
    return [leadingValue(told, takeTarget(target, test))];
  });
  if (runs.length === 0)
    throw new RangeError("Groups and records that hang together leave nothing to tell in other splits.");
  return { figure: meanOfSplits(runs, 1 / (folds - 1)), runs };
}

export interface TextParams {
  id: TextBaselineId;
  /** `[examples]` what is read of each. */
  texts: string[];
  /** Examples that are learnt from at most: drawn, where there are more. */
  most?: number;
  set: Pick<TrainingSet, "target" | "fit" | "validation" | "test" | "units" | "copies">;
  seed: number;
}

export interface TextResult {
  figure: Figure;
  /** `[test · outputs]` */
  told: Float64Array;
  /** The terms that speak most for the positive class (or the number). */
  heaviest: string[];
}

/** What a text tells without any model. */
export function text({ id, texts, most, set, seed }: TextParams): TextResult {
  const all = trainingExamples(set);
  const drawn = most !== undefined && all.length > most ? shuffled(all.length, randomOf(seed)) : null;
  const train = drawn
    ? drawn
        .slice(0, most)
        .sort()
        .map((i) => all[i])
    : all;
  const { target, test, units } = set;
  const learner = textLearner(id, texts, units ? { groups: units } : {});
  const told = learner(target, train, test, seed);
  return {
    figure: leadingFigure(told, takeTarget(target, test), takeUnits(set, test)),
    told,
    heaviest: namesTerms(id) ? heaviestTerms({ id, texts, set, seed }, train) : [],
  };
}

/** Baselines whose terms are words that a person can read. */
const namesTerms = (id: TextBaselineId): boolean => id === "word-ngrams" || id === "bag-of-words";

/** By a fit of its own with one strength, so that weights of several probes can be compared. */
function heaviestTerms({ id, texts, set, seed }: TextParams, train: Int32Array): string[] {
  const own = Array.from(train, (i) => texts[i]);
  const fit = fitText(id, own, takeTarget(set.target, train), { seed, c: 1 });
  return fit.heaviest(fit.outputs - 1, 8).map(({ term }) => term);
}
