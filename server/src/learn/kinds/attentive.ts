import type { Calibration } from "../calibrate.ts";
import { checkedTarget, checkRows, checkWidth } from "../checks.ts";
import { presentClasses } from "../classes.ts";
import { countOf, type Inputs, type Matrix, type Target, takeInputs, takeTarget } from "../data.ts";
import { asTold, heldOutCalibration, recalibrated } from "../held-out-calibration.ts";
import { keptCount, keptFacts, keptScaling, keptTensor, scalingTensors } from "../kept.ts";
import type { Fit, FitOptions, FitState, Kind, PenaltyRange } from "../kind.ts";
import { mean } from "../metrics/intervals.ts";
import { normal, randomOf, shuffled } from "../random.ts";
import { softmax } from "../sigmoid.ts";
import { scalingOf, standardised } from "../standardise.ts";
import { checkStrength } from "../strength.ts";
import { adamState, adamStep } from "./adam.ts";
import { type AttentiveShape, attentiveLoss, attentivePass, partsOf } from "./attentive-pass.ts";

const QUERIES = 4;
const SLICE = 8;
const EPOCHS = 40;
const BATCH = 32;
const RATE = 3e-3;
const DECAY = 0.1;
const decay: PenaltyRange = { name: "weight decay", mayBeZero: true };

/** A probe that says what it looked at. */
export interface AttentiveFit extends Fit {
  /** `[rows · queries]`: how much each query attends to each token; over an example's tokens a query's add up to 1. */
  attention(inputs: Inputs): Float64Array;
}

/**
 * Attentive probe, the idea of efficient probing carried from image patches to tokens (B. Psomas et al. 2025, “Attention,
 * please! Revisiting attentive probing through the lens of efficiency”): four learned queries attend over standardised tokens
 * directly, each pools a slice of eight values, a linear head reads all. AdamW, 40 passes in batches of 32; the penalty is its
 * weight decay (0.1 unless given). An order is told as if its classes had none. Probabilities are calibrated on a fifth of the
 * examples, as a fit on the others tells them.
 */
export const attentive: Kind<AttentiveFit> = {
  id: "attentive",
  targets: ["classes", "ordered", "number"],
  reads: "rows",
  penalty: decay,
  fit,
  restore,
};

function fit(inputs: Inputs, given: Target, options: FitOptions): AttentiveFit {
  const target = checkedTarget(inputs, given, attentive.targets, "attentive");
  checkStrength(options.penalty, decay);
  checkRows(inputs.x);
  const all = learnt(inputs, target, options);
  if (target.type === "number") return made(all);
  const { labels, names } = target;
  const { calibration, on } = heldOutCalibration(labels, names.length, options, (train, test) => {
    const others = learnt(takeInputs(inputs, train), takeTarget(target, train), options);
    return made(others).predict(takeInputs(inputs, test));
  });
  const facts: [string, string][] = [...keptFacts(all), ["calibration", on]];
  return made({
    ...all,
    tensors: { ...all.tensors, calibration: kept(calibration) },
    settings: { ...all.settings, facts },
  });
}

const kept = ({ a, b }: Calibration) => ({ shape: [2], values: Float32Array.of(a, b) });

function learnt(inputs: Inputs, target: Target, options: FitOptions): FitState {
  const n = countOf(inputs);
  const { outputs, isOf, middle, spread } = aimOf(target);
  const scaling = scalingOf(inputs.x);
  const x = standardised(inputs.x, scaling);
  const shape = { columns: x.columns, queries: QUERIES, slice: SLICE, outputs };
  const random = randomOf(options.seed);
  const parameters = startOf(shape, random);
  const state = adamState(parameters.length);
  const gradient = new Float64Array(parameters.length);
  const steps = EPOCHS * Math.ceil(n / BATCH);
  let loss = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = shuffled(n, random);
    loss = 0;
    for (let begin = 0; begin < n; begin += BATCH) {
      const batch = order.subarray(begin, begin + BATCH);
      gradient.fill(0);
      for (const i of batch)
        loss +=
          (attentiveLoss(
            shape,
            parameters,
            tokensOf(x, inputs.starts, i),
            isOf(i),
            1 / batch.length,
            gradient,
          ) *
            batch.length) /
          n;
      // The rate sinks to 0 as half a cosine.
      const rate = (RATE * (1 + Math.cos((Math.PI * state.step) / steps))) / 2;
      adamStep(parameters, gradient, state, rate, options.penalty ?? DECAY);
    }
  }
  return {
    kind: "attentive",
    tensors: {
      parameters: { shape: [parameters.length], values: Float32Array.from(parameters) },
      ...scalingTensors(scaling),
      output: { shape: [2], values: Float32Array.of(middle, spread) },
      calibration: kept(asTold),
    },
    settings: {
      ...shape,
      number: target.type === "number",
      facts: [
        ["queries", `${QUERIES}, each with ${SLICE} values`],
        ["training", `AdamW, ${EPOCHS} passes, weight decay ${options.penalty ?? DECAY}`],
        ["training loss of the last pass", loss.toFixed(4)],
      ],
    },
  };
}

function restore(state: FitState): AttentiveFit {
  const shape = shapeOf(state);
  keptTensor(state, "parameters", [partsOf(shape).size]);
  keptTensor(state, "output", [2]);
  keptTensor(state, "calibration", [2]);
  return made(state);
}

function made(state: FitState): AttentiveFit {
  const shape = shapeOf(state);
  const scaling = keptScaling(state, shape.columns);
  const parameters = Float64Array.from(state.tensors.parameters.values);
  const [middle, spread] = state.tensors.output.values;
  const [a, b] = state.tensors.calibration.values;
  const passes = (inputs: Inputs) => {
    checkWidth(inputs.x, shape.columns);
    const x = standardised(inputs.x, scaling);
    return Array.from({ length: countOf(inputs) }, (_, i) =>
      attentivePass(shape, parameters, tokensOf(x, inputs.starts, i)),
    );
  };
  return {
    state,
    outputs: shape.outputs,
    predict: (inputs) => {
      const all = new Float64Array(countOf(inputs) * shape.outputs);
      passes(inputs).forEach(({ scores }, i) => {
        if (state.settings.number) all[i] = middle + spread * scores[0];
        else softmax(scores, 0, all.subarray(i * shape.outputs, (i + 1) * shape.outputs));
      });
      return state.settings.number ? all : recalibrated(all, shape.outputs, { a, b });
    },
    attention: (inputs) => {
      const { queries } = shape;
      return Float64Array.from(
        passes(inputs).flatMap(({ attention }) => {
          const tokens = attention.length / queries;
          return Array.from(attention, (_, k) => attention[(k % queries) * tokens + Math.floor(k / queries)]);
        }),
      );
    },
    directions: () => [],
    facts: () => keptFacts(state),
  };
}

function shapeOf(state: FitState): AttentiveShape {
  return {
    columns: keptCount(state, "columns"),
    queries: keptCount(state, "queries"),
    slice: keptCount(state, "slice"),
    outputs: keptCount(state, "outputs"),
  };
}

/** What is to be told of each example; numbers less their mean, over their deviation. */
function aimOf(target: Target) {
  if (target.type !== "number") {
    const { labels, names } = target;
    presentClasses(target);
    return { outputs: names.length, isOf: (i: number) => ({ label: labels[i] }), middle: 0, spread: 1 };
  }
  const { values } = target;
  const middle = mean(values);
  const spread = Math.sqrt(values.reduce((sum, it) => sum + (it - middle) ** 2, 0) / values.length);
  return { outputs: 1, isOf: (i: number) => ({ value: (values[i] - middle) / spread }), middle, spread };
}

/** Queries near 0 attend about evenly at first. */
function startOf(shape: AttentiveShape, random: () => number): Float64Array {
  const parts = partsOf(shape);
  const scale = 1 / Math.sqrt(shape.columns);
  return Float64Array.from({ length: parts.size }, (_, k) => {
    if (k < parts.head) return scale * normal(random);
    return k < parts.bias ? normal(random) / Math.sqrt(shape.queries * shape.slice) : 0;
  });
}

function tokensOf({ columns, values }: Matrix, starts: Int32Array | undefined, i: number): Float32Array {
  const [from, to] = starts ? [starts[i], starts[i + 1]] : [i, i + 1];
  return values.subarray(from * columns, to * columns);
}
