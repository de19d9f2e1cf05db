import type { Calibration } from "../calibrate.ts";
import { checkedTarget, checkRows, checkWidth } from "../checks.ts";
import { type Inputs, type Matrix, type Target, takeRows } from "../data.ts";
import { binaryHead, probabilitiesOf } from "../heads.ts";
import { asTold, calibrationOf } from "../held-out-calibration.ts";
import { keptFacts, keptTensor } from "../kept.ts";
import type { Fit, FitOptions, FitState, Kind, PenaltyRange } from "../kind.ts";
import { minimise } from "../lbfgs.ts";
import { LinearObjective } from "../linear-objective.ts";
import { inversesOf } from "../preconditioner.ts";
import { allRows, project } from "../products.ts";
import { normal, randomOf } from "../random.ts";
import { denseRows } from "../rows.ts";
import { sigmoid } from "../sigmoid.ts";
import { scalingOf, standardised } from "../standardise.ts";
import { checkStrength } from "../strength.ts";
import { ccsLoss } from "./ccs-loss.ts";

const RESTARTS = 10;
/** Of θ, which would otherwise grow without end where the pairs can be told apart. */
const PENALTY = 0.01;
const range: PenaltyRange = { name: "of ‖θ‖²/2" };

/**
 * Contrast-consistent search (C. Burns et al. 2023, “Discovering latent knowledge in language models without supervision”): of
 * pairs of statement and negation, one direction along which exactly one of both is true. The first example of a pair is one
 * side, the second the other; each side is normalised by itself (mean and deviation of each column), so that what marks a
 * negation is not taken for truth. The best of ten random starts by loss counts. Labels play no part in the direction but for its
 * sign, which pairs cannot tell.
 *
 * An example by itself has no side: it is told with the mean of both sides' normalisations. A penalty on θ (0.01 unless given)
 * stands for the paper's early stopping. How sure the direction is of itself was never compared with any label, so its
 * probabilities are calibrated by the labels of all examples (Platt scaling): no label decided these scores, so none need be
 * held out for that.
 */
export const ccs: Kind = { id: "ccs", targets: ["classes"], reads: "row", penalty: range, fit, restore };

function fit(inputs: Inputs, target: Target, options: FitOptions): Fit {
  const { labels, names } = checkedTarget(inputs, target, ["classes"], "ccs");
  if (names.length !== 2) throw new RangeError("CCS tells two classes apart: give a target of two classes.");
  checkStrength(options.penalty, range);
  const { x } = inputs;
  checkRows(x);
  const direction = learnt(x, labels, names, options);
  const told = made(stateOf(direction, asTold)).predict(inputs);
  const on = `Platt scaling on the labels of ${x.rows} examples, from which the direction was not learnt`;
  return made(
    stateOf(
      { ...direction, facts: [...direction.facts, ["calibration", on]] },
      calibrationOf(told, labels, 2),
    ),
  );
}

/** The direction, of raw rows, and what is to be said of it. */
interface Direction {
  vector: Float32Array;
  bias: number;
  facts: [string, string][];
}

function learnt(x: Matrix, labels: Int32Array, names: readonly string[], options: FitOptions): Direction {
  const pairs = pairsOf(options.pairs);
  if (pairs.length < 2)
    throw new RangeError(
      "CCS learns from pairs of a statement and its negation, and there are fewer than two: name a column of pairs.",
    );
  // Numbers of the pairs whose classes say how the sign is.
  const opposite = [...pairs.keys()].filter((p) => labels[pairs[p][0]] !== labels[pairs[p][1]]);
  const firstIs = (p: number) => labels[pairs[p][0]];
  if (opposite.length === 0)
    throw new RangeError(
      "In no pair do the two examples differ in their class: give pairs of which one is true and one is not.",
    );
  if (opposite.every((p) => firstIs(p) === firstIs(opposite[0])))
    throw new RangeError(
      `In every pair the first example is “${names[firstIs(opposite[0])]}”, and normalising each side takes that away: put the other first in half of the pairs.`,
    );
  const sides = [0, 1].map((side) =>
    takeRows(
      x,
      pairs.map((pair) => pair[side]),
    ),
  );
  for (const side of sides) checkRows(side);
  const scalings = sides.map(scalingOf);
  const both = stacked(sides.map((side, k) => standardised(side, scalings[k])));
  const penalty = options.penalty ?? PENALTY;
  const { theta, losses } = search(both, penalty, options.seed);
  const told = firstToldOf(both, theta);
  const right = opposite.filter((p) => told[p] === firstIs(p)).length;
  const turned = right < opposite.length - right;
  const sign = turned ? -1 : 1;
  const middle = (of: "mean" | "scale") => scalings[0][of].map((it, k) => (it + scalings[1][of][k]) / 2);
  const vector = Float32Array.from(middle("scale"), (it, k) => (sign * theta[k]) / it);
  const bias = middle("mean").reduce((sum, it, k) => sum - it * vector[k], sign * theta[x.columns]);
  return {
    vector,
    bias,
    facts: [
      ["pairs", `${pairs.length}`],
      ["least loss of ten starts", Math.min(...losses).toFixed(4)],
      ["largest loss of ten starts", Math.max(...losses).toFixed(4)],
      ["penalty", `${penalty}`],
      [
        "sign",
        `fixed by the labels of ${opposite.length} pairs, ${Math.max(right, opposite.length - right)} of them right${turned ? " (turned round)" : ""}; CCS itself does not tell it`,
      ],
    ],
  };
}

function stateOf({ vector, bias, facts }: Direction, { a, b }: Calibration): FitState {
  return {
    kind: "ccs",
    tensors: {
      vector: { shape: [vector.length], values: vector },
      bias: { shape: [1], values: Float32Array.of(bias) },
      calibration: { shape: [2], values: Float32Array.of(a, b) },
    },
    settings: { facts },
  };
}

function restore(state: FitState): Fit {
  keptTensor(state, "vector", [null]);
  keptTensor(state, "bias", [1]);
  keptTensor(state, "calibration", [2]);
  return made(state);
}

function made(state: FitState): Fit {
  const vector = state.tensors.vector.values;
  const bias = state.tensors.bias.values;
  const [a, b] = state.tensors.calibration.values;
  const weights = Float64Array.from(vector);
  return {
    state,
    outputs: 2,
    predict: ({ x }) => {
      checkWidth(x, vector.length);
      const z = new Float64Array(x.rows);
      project(x, allRows(x.rows), weights, 1, z);
      const scores = z.map((it) => a * (it + bias[0]) + b);
      return probabilitiesOf(binaryHead, scores, new Float64Array(1));
    },
    directions: () => [{ output: 1, vector, bias: bias[0] }],
    facts: () => keptFacts(state),
  };
}

/** The two examples of each pair, in their order in the data; a pair with one or three members is passed over. */
function pairsOf(pairs: Int32Array | undefined): [number, number][] {
  const members = new Map<number, number[]>();
  pairs?.forEach((pair, i) => {
    if (pair >= 0) members.set(pair, [...(members.get(pair) ?? []), i]);
  });
  return [...members.values()].filter((it): it is [number, number] => it.length === 2);
}

/** The rows of the first side, then those of the second. */
function stacked([first, second]: Matrix[]): Matrix {
  const values = new Float32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return { rows: first.rows + second.rows, columns: first.columns, values };
}

/** @returns `[columns + 1]` the best θ and its bias, and the loss of every start */
function search(both: Matrix, penalty: number, seed: number): { theta: Float64Array; losses: number[] } {
  const random = randomOf(seed);
  const loss = ccsLoss(both.rows / 2);
  const rows = denseRows(both, allRows(both.rows));
  const inverse = inversesOf(both)(penalty, loss.curvature);
  const found = Array.from({ length: RESTARTS }, () => {
    const start = Float64Array.from(
      { length: both.columns + 1 },
      () => normal(random) / Math.sqrt(both.columns),
    );
    start[both.columns] = 0;
    const objective = new LinearObjective(rows, loss, penalty, inverse);
    return minimise(objective, start, { tolerance: 1e-6, maxIterations: 1000 });
  });
  const losses = found.map(({ value }) => value);
  return { theta: found[losses.indexOf(Math.min(...losses))].point, losses };
}

/** `[pairs]` the class that each pair's first example is told to have: by the mean of p⁺ and 1 − p⁻. */
function firstToldOf(both: Matrix, theta: Float64Array): Uint8Array {
  const z = new Float64Array(both.rows);
  project(both, allRows(both.rows), theta, 1, z);
  const b = theta[both.columns];
  return Uint8Array.from({ length: both.rows / 2 }, (_, i) =>
    sigmoid(z[i] + b) + 1 - sigmoid(z[both.rows / 2 + i] + b) > 1 ? 1 : 0,
  );
}
