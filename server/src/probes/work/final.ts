import { takeInputs, takeTarget } from "../../learn/data.ts";
import type { FitState } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import { type FitWish, optionsOf } from "./cell.ts";
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
}

/** Trains on all that may be learnt from. @throws RangeError in words */
export function final({ set, wish }: FinalParams): FinalResult {
  const inputs = loadInputs(set);
  const train = trainingExamples(set);
  const options = optionsOf(set, wish);
  const own = (of: Int32Array) => Int32Array.from(train, (i) => of[i]);
  const fit = kindOf(wish.kind).fit(takeInputs(inputs, train), takeTarget(set.target, train), {
    ...options,
    ...(options.groups && { groups: own(options.groups) }),
    ...(options.pairs && { pairs: own(options.pairs) }),
  });
  return {
    state: fit.state,
    outputs: fit.outputs,
    penalty: fit.penalty ?? null,
    facts: fit.facts(),
    told: fit.predict(takeInputs(inputs, set.test)),
  };
}
