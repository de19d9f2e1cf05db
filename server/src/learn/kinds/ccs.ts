import { type Inputs, type Matrix, type Target, takeRows } from "../data.ts";
import type { Fit, FitOptions, FitState, Kind } from "../kind.ts";
import { minimise } from "../minimise.ts";
import { normal, randomOf } from "../random.ts";
import { ccsLoss, type Sides, sigmoid } from "./ccs-loss.ts";
import { keptTensor } from "./kept-tensors.ts";
import { checkWidth, everyRow, scaled, scalesOf } from "./scales.ts";

const RESTARTS = 10;
/** Of θ, which would otherwise grow without end where the pairs can be told apart. */
const PENALTY = 0.01;

/**
 * Contrast-consistent search (C. Burns et al. 2023, “Discovering latent knowledge in language models without supervision”): of
 * pairs of statement and negation, one direction along which exactly one of both is true. The first example of a pair is one
 * side, the second the other; each side is normalised by itself (mean and deviation of each column), so that what marks a
 * negation is not taken for truth. The best of ten random starts by loss counts. Labels play no part but for the sign, which
 * pairs cannot tell.
 *
 * An example by itself has no side: it is told with the mean of both sides' normalisations. A penalty on θ (0.01 unless given)
 * stands for the paper's early stopping.
 */
export const ccs: Kind = { id: "ccs", targets: ["classes"], reads: "row", fit, restore };

function fit({ x }: Inputs, target: Target, options: FitOptions): Fit {
  if (target.type === "number" || target.names.length !== 2)
    throw new RangeError("CCS tells two classes apart: give a target of two classes.");
  const pairs = pairsOf(options.pairs);
  if (pairs.length < 2)
    throw new RangeError(
      "CCS learns from pairs of a statement and its negation, and there are fewer than two: name a column of pairs.",
    );
  const { labels, names } = target;
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
  const [first, second] = [0, 1].map((side) =>
    takeRows(
      x,
      pairs.map((pair) => pair[side]),
    ),
  );
  const scales = [first, second].map((it) => scalesOf(it, everyRow(it)));
  const sides = {
    pairs: pairs.length,
    columns: x.columns,
    first: scaled(first, scales[0]).values,
    second: scaled(second, scales[1]).values,
  };
  const penalty = options.penalty ?? PENALTY;
  const { theta, losses } = search(sides, penalty, options.seed);
  const right = opposite.filter((p) => told(sides, theta, p) === firstIs(p)).length;
  const turned = right < opposite.length - right;
  if (turned) for (let k = 0; k < theta.length; k++) theta[k] = -theta[k];
  const both = (of: "mean" | "deviation") => scales[0][of].map((it, k) => (it + scales[1][of][k]) / 2);
  const vector = both("deviation").map((it, k) => theta[k] / it);
  const bias = both("mean").reduce((sum, it, k) => sum - it * vector[k], theta[x.columns]);
  return made({
    kind: "ccs",
    tensors: {
      vector: { shape: [x.columns], values: vector },
      bias: { shape: [1], values: Float32Array.of(bias) },
    },
    settings: {
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
    },
  });
}

function restore(state: FitState): Fit {
  keptTensor(state, "vector", [null]);
  keptTensor(state, "bias", [1]);
  return made(state);
}

function made(state: FitState): Fit {
  const vector = state.tensors.vector.values;
  const bias = state.tensors.bias.values[0];
  return {
    state,
    outputs: 2,
    predict: ({ x }) => {
      checkWidth(x, vector.length);
      const all = new Float64Array(2 * x.rows);
      for (let i = 0; i < x.rows; i++) {
        const p = sigmoid(dot(x, i, vector) + bias);
        all[2 * i] = 1 - p;
        all[2 * i + 1] = p;
      }
      return all;
    },
    directions: () => [{ output: 1, vector, bias }],
    facts: () => (state.settings.facts as [string, string][] | undefined) ?? [],
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

function search(sides: Sides, penalty: number, seed: number): { theta: Float64Array; losses: number[] } {
  const random = randomOf(seed);
  const found = Array.from({ length: RESTARTS }, () => {
    const start = Float64Array.from(
      { length: sides.columns + 1 },
      () => normal(random) / Math.sqrt(sides.columns),
    );
    start[sides.columns] = 0;
    return minimise((at, gradient) => ccsLoss(sides, penalty, at, gradient), start, { tolerance: 1e-6 });
  });
  const losses = found.map(({ value }) => value);
  return { theta: found[losses.indexOf(Math.min(...losses))].x, losses };
}

/** The class that a pair's first example is told to have: by the mean of p⁺ and 1 − p⁻. */
function told({ columns, first, second }: Sides, theta: Float64Array, pair: number): number {
  let [a, b] = [theta[columns], theta[columns]];
  for (let k = 0; k < columns; k++) {
    a += theta[k] * first[pair * columns + k];
    b += theta[k] * second[pair * columns + k];
  }
  return sigmoid(a) + 1 - sigmoid(b) > 1 ? 1 : 0;
}

function dot({ columns, values }: Matrix, row: number, vector: Float32Array): number {
  let total = 0;
  for (let k = 0; k < columns; k++) total += values[row * columns + k] * vector[k];
  return total;
}
