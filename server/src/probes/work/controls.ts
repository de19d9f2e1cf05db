import { codeLength } from "../../learn/controls/code-length.ts";
import { selectivityOf } from "../../learn/controls/control-task.ts";
import { groupsHeldOut } from "../../learn/controls/groups-held-out.ts";
import type { Learner } from "../../learn/controls/learner.ts";
import { textLearner } from "../../learn/controls/learner.ts";
import { learningCurve } from "../../learn/controls/learning-curve.ts";
import { shuffledLabels } from "../../learn/controls/shuffled-labels.ts";
import { takeTarget } from "../../learn/data.ts";
import { equalFolds, partOf } from "../../learn/folds.ts";
import { leadingFigure, leadingValue } from "../../learn/metrics/figures.ts";
import { meanOf } from "../../learn/metrics/intervals.ts";
import { fitText, type TextBaselineId } from "../../learn/text/baselines.ts";
import type { Figure, ProbeControls } from "../../protocol/probe-report.ts";
import { type FitWish, learnerFor } from "./cell.ts";
import { type TrainingSet, trainingExamples } from "./training-set.ts";

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
  Pick<ProbeControls, "shuffled" | "controlTask" | "curve" | "codeLength" | "seeds">
> & { groups?: { figure: Figure; parts: { groups: number[]; n: number; value: number }[] } | null };

const fractions = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** Runs one control. @throws RangeError in words where the examples do not allow it */
export function control({ set, wish, control: name, seeds }: ControlParams): ControlResult {
  const learner = learnerFor(set, wish);
  const { target, types, test } = set;
  const train = trainingExamples(set);
  const split = { train, test };
  switch (name) {
    case "shuffled":
      return { shuffled: shuffledLabels(learner, target, split, seeds) };
    case "control-task": {
      const found = selectivityOf(learner, target, types, split, seeds);
      return {
        controlTask: found && {
          control: found.control,
          selectivity: found.selectivity,
          seenTypes: found.seenTypes,
          types: set.typesAre,
        },
      };
    }
    case "curve":
      return {
        curve: learningCurve(learner, target, split, fractions, seeds).map(({ examples, figure }) => ({
          examples,
          figure,
        })),
      };
    case "code-length": {
      if (target.type === "number") return { codeLength: null };
      const { bits, uniformBits, compression } = codeLength(learner, target, train, wish.seed);
      return { codeLength: { bits, uniformBits, compression } };
    }
    case "groups": {
      const found = set.groups && groupsHeldOut(learner, target, set.groups, wish.seed);
      return { groups: found && { figure: found.figure, parts: found.parts } };
    }
    case "seeds":
      return { seeds: overSplits(learner, set, seeds) };
  }
}

/** The leading figure on splits drawn anew, one a seed: five folds, the first held out. */
function overSplits(learner: Learner, set: TrainingSet, seeds: number[]): ProbeControls["seeds"] {
  const all = Int32Array.from([...trainingExamples(set), ...set.test]).sort();
  const { target } = set;
  const runs = seeds.map((seed) => {
    const fold = equalFolds(all.length, 5, seed, {
      groups: set.groups ? Int32Array.from(all, (i) => set.groups![i]) : undefined,
      labels: target.type === "number" ? undefined : Int32Array.from(all, (i) => target.labels[i]),
    });
    const { inside, outside } = partOf(fold, 0);
    const held = Int32Array.from(inside, (i) => all[i]);
    const told = learner(
      target,
      Int32Array.from(outside, (i) => all[i]),
      held,
      seed,
    );
    return leadingValue(told, takeTarget(target, held));
  });
  return { figure: meanOf(runs), runs };
}

export interface TextParams {
  id: TextBaselineId;
  /** `[examples]` what of each text is meant. */
  texts: string[];
  set: Pick<TrainingSet, "target" | "fit" | "validation" | "test" | "groups">;
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
export function text({ id, texts, set, seed }: TextParams): TextResult {
  const train = trainingExamples(set);
  const { target, test, groups } = set;
  const learner = textLearner(id, texts, groups ? { groups } : {});
  const told = learner(target, train, test, seed);
  return {
    figure: leadingFigure(told, takeTarget(target, test)),
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
