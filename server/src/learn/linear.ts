import { checkWidth } from "./checks.ts";
import type { Inputs, Matrix } from "./data.ts";
import {
  binaryHead,
  numberHead,
  oneVersusRest,
  probabilitiesOf,
  softmaxHead,
  type Telling,
} from "./heads.ts";
import { keptTensor } from "./kept.ts";
import type { Fit, FitState, KindId, ProbeDirection } from "./kind.ts";
import { ordinalHead } from "./ordinal-head.ts";
import { allRows, project } from "./products.ts";

/** How scores become what is told. */
export type Link = "binary" | "softmax" | "one-vs-rest" | "ordinal" | "number";

/** A linear probe as it is kept: scores are x · weight (+ bias), of raw inputs. */
export interface LinearModel {
  readonly kind: KindId;
  readonly link: Link;
  /** Width of the rows. */
  readonly columns: number;
  /** The columns that are read, all where absent. */
  readonly reads?: readonly number[];
  /** `[outputs · columns read]` */
  readonly weight: Float32Array;
  /** Intercepts `[outputs]`, or the thresholds of an order, ascending. */
  readonly bias: Float32Array;
  /** Scores s become a s + b before the link. */
  readonly calibration?: Float32Array;
  /** Classes of the target; 1 of a number. */
  readonly classes: number;
  /** Indices of the classes that were learnt. */
  readonly present: readonly number[];
  readonly facts: readonly [string, string][];
  /** The penalty that was used. */
  readonly penalty?: number;
}

/** A trained probe out of what is kept of it. */
export function linearFit(model: LinearModel): Fit {
  const { columns, reads, weight, bias, calibration, classes, present, link } = model;
  const read = reads?.length ?? columns;
  const outputs = weight.length / read;
  const w = Float64Array.from(weight);
  return {
    state: stateOf(model),
    outputs: classes,
    ...(model.penalty !== undefined && { penalty: model.penalty }),
    predict({ x }: Inputs): Float64Array {
      checkWidth(x, columns);
      const taken = reads ? takeColumns(x, reads) : x;
      const z = new Float64Array(x.rows * outputs);
      project(taken, allRows(x.rows), w, outputs, z);
      if (link !== "ordinal") for (let i = 0; i < z.length; i++) z[i] += bias[i % outputs];
      if (calibration) for (let i = 0; i < z.length; i++) z[i] = calibration[0] * z[i] + calibration[1];
      const free = link === "ordinal" ? bias : new Float64Array(bias.length);
      const told = probabilitiesOf(headOf(model), z, free);
      const all = new Float64Array(x.rows * classes);
      for (let r = 0; r < x.rows; r++)
        present.forEach((k, i) => {
          all[r * classes + k] = told[r * present.length + i];
        });
      return all;
    },
    directions: () =>
      Array.from({ length: outputs }, (_, o): ProbeDirection => {
        const own = weight.subarray(o * read, (o + 1) * read);
        return {
          output: link === "binary" ? present[1] : outputs > 1 ? present[o] : 0,
          vector: reads ? spread(own, reads, columns) : own.slice(),
          bias: link === "ordinal" ? -bias[bias.length >> 1] : bias[o],
        };
      }),
    facts: () => model.facts.map(([name, text]) => [name, text]),
  };
}

function headOf({ link, present }: LinearModel): Telling {
  if (link === "number") return numberHead;
  if (link === "binary") return binaryHead;
  if (link === "ordinal") return ordinalHead(present.length);
  return link === "softmax" ? softmaxHead(present.length) : oneVersusRest(present.length);
}

/** Some columns of a matrix, in the order given. */
export function takeColumns(x: Matrix, columns: readonly number[]): Matrix {
  const values = new Float32Array(x.rows * columns.length);
  for (let r = 0, at = 0; r < x.rows; r++)
    for (const column of columns) values[at++] = x.values[r * x.columns + column];
  return { rows: x.rows, columns: columns.length, values };
}

function spread(own: Float32Array, reads: readonly number[], columns: number): Float32Array {
  const vector = new Float32Array(columns);
  reads.forEach((column, i) => {
    vector[column] = own[i];
  });
  return vector;
}

function stateOf(model: LinearModel): FitState {
  const { kind, weight, bias, calibration, columns, reads, link, classes, present, facts, penalty } = model;
  const read = reads?.length ?? columns;
  return {
    kind,
    tensors: {
      weight: { shape: [weight.length / read, read], values: weight },
      bias: { shape: [bias.length], values: bias },
      ...(calibration && { calibration: { shape: [2], values: calibration } }),
    },
    settings: {
      ...{ link, columns, classes, present, facts },
      ...(reads && { reads }),
      ...(penalty !== undefined && { penalty }),
    },
  };
}

/** A linear probe back from its state. @throws RangeError where tensors are missing or of the wrong shape */
export function restoreLinear(state: FitState): Fit {
  const { kind, tensors, settings } = state;
  const { link, columns, classes, present, facts, reads, penalty } = settings as unknown as LinearModel;
  const links: Link[] = ["binary", "softmax", "one-vs-rest", "ordinal", "number"];
  if (!links.includes(link) || !Array.isArray(present) || !(columns > 0) || !(classes > 0))
    throw new RangeError("The settings in the probe's file are not complete: train the probe again.");
  const outputs = link === "softmax" || link === "one-vs-rest" ? present.length : 1;
  const weight = keptTensor(state, "weight", [outputs, reads?.length ?? columns]);
  const bias = keptTensor(state, "bias", [link === "ordinal" ? present.length - 1 : outputs]);
  const calibration = tensors.calibration && keptTensor(state, "calibration", [2]);
  return linearFit({
    kind,
    link,
    columns,
    reads,
    weight,
    bias,
    calibration,
    classes,
    present,
    facts,
    penalty,
  });
}
