import type { Inputs, Matrix, Target } from "../../../server/src/learn/data.ts";
import type { Fit, FitOptions } from "../../../server/src/learn/kind.ts";
import type { Objective } from "../../../server/src/learn/lbfgs.ts";
import { normal, randomOf } from "../../../server/src/learn/random.ts";
import { fitLinearTarget } from "../../../server/src/learn/text/linear.ts";

/** A linear probe to try controls with: C is 1, rows are read as they are. */
export function linearProbe(inputs: Inputs, target: Target, { seed }: FitOptions): Fit {
  const fit = fitLinearTarget(asSparse(inputs.x), target, { seed, c: 1 });
  return {
    state: { kind: "logistic", tensors: {}, settings: {} },
    outputs: fit.outputs,
    predict: (others) => fit.predict(asSparse(others.x)),
    directions: () => [],
    facts: () => [],
  };
}

function asSparse({ rows, columns, values }: Matrix) {
  return {
    rows,
    columns,
    starts: Int32Array.from({ length: rows + 1 }, (_, i) => i * columns),
    indices: Int32Array.from({ length: rows * columns }, (_, k) => k % columns),
    values: Float64Array.from(values),
  };
}

/** A function given by its value and gradient as one that is walked down, without a preconditioner. */
export function objectiveOf(
  of: (at: Float64Array, gradient: Float64Array) => number,
  size: number,
): Objective {
  let [point, line] = [new Float64Array(size), new Float64Array(size)];
  const along = (step: number) => point.map((it, k) => it + step * line[k]);
  const go = (to: Float64Array, gradient: Float64Array) => {
    point = Float64Array.from(to);
    return of(point, gradient);
  };
  return {
    size,
    start: go,
    aim: (direction) => {
      line = Float64Array.from(direction);
    },
    probe: (step) => {
      const gradient = new Float64Array(size);
      const value = of(along(step), gradient);
      return { value, slope: gradient.reduce((sum, it, k) => sum + it * line[k], 0) };
    },
    take: (step, gradient) => go(along(step), gradient),
    precondition: () => {},
  };
}

/** `[rows, columns]` of the normal distribution, plus whatever `shift` adds. */
export function noise(
  rows: number,
  columns: number,
  seed: number,
  shift: (row: number, column: number) => number = () => 0,
): Matrix {
  const random = randomOf(seed);
  const values = new Float32Array(rows * columns);
  for (let k = 0; k < values.length; k++) {
    values[k] = normal(random) + shift(Math.floor(k / columns), k % columns);
  }
  return { rows, columns, values };
}

export function classes(names: string[], labels: ArrayLike<number>) {
  return { type: "classes", names, labels: Int32Array.from(labels) } as const;
}
