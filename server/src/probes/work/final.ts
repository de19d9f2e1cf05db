import { takeInputs } from "../../learn/data.ts";
import type { FitState } from "../../learn/kind.ts";
import { mayAbstain } from "../../learn/kinds/multiple-instance.ts";
import { type FitWish, trainOn } from "./cell.ts";
import { loadInputs, type TrainingSet, trainingExamples } from "./training-set.ts";

export interface FinalParams {
  set: TrainingSet;
  wish: FitWish;
}

/** The probe of the chosen cell. */
export interface FinalResult {
  state: FitState;
  outputs: number;
  penalty: number | null;
  facts: [string, string][];
  /** `[test · outputs]` what it tells of the examples held out. */
  told: Float64Array;
  /** Of a probe that may abstain: its level, and the classes of each held-out example that it cannot rule out. */
  sets: { alpha: number; of: number[][] } | null;
}

/** Trains on all that may be learnt from. @throws RangeError in words */
export function final({ set, wish }: FinalParams): FinalResult {
  const fit = trainOn(set, wish, trainingExamples(set));
  const held = takeInputs(loadInputs(set), set.test);
  return {
    state: fit.state,
    outputs: fit.outputs,
    penalty: fit.penalty ?? null,
    facts: fit.facts(),
    told: fit.predict(held),
    sets: mayAbstain(fit) ? { alpha: fit.alpha, of: fit.sets(held) } : null,
  };
}
