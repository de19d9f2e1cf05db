import type { Matrix } from "./data.ts";
import type { Head } from "./heads.ts";
import type { Objective } from "./lbfgs.ts";
import type { Inverse } from "./preconditioner.ts";
import { gather, project } from "./products.ts";

/** Labelled rows and what is to be learnt of them. */
export interface LinearProblem {
  readonly x: Matrix;
  /** Numbers of the rows that count. */
  readonly rows: Int32Array;
  /** `[x.rows]` */
  readonly labels: Int32Array;
  readonly head: Head;
}

/**
 * Mean loss of a linear model with a penalty: (1/n) Σ loss(x W, free; label) + λ/2 ‖W‖². A point is `[outputs · columns]` weights
 * and then the head's free numbers. Products of the data with the point and with the line are kept, so that a step along the
 * line reads no data.
 */
export class LinearObjective implements Objective {
  readonly size: number;
  private readonly x: Matrix;
  private readonly rows: Int32Array;
  private readonly head: Head;
  private readonly lambda: number;
  private readonly inverse: Inverse;
  private readonly weights: number;
  private readonly z: Float64Array;
  private readonly dz: Float64Array;
  private readonly zLine: Float64Array;
  private readonly zStep: Float64Array;
  private readonly labels: Int32Array;
  private point = new Float64Array(0);
  private line: Float64Array = new Float64Array(0);
  private readonly free: Float64Array;
  private readonly dfree: Float64Array;

  constructor({ x, rows, labels, head }: LinearProblem, lambda: number, inverse: Inverse) {
    this.x = x;
    this.rows = rows;
    this.head = head;
    this.lambda = lambda;
    this.inverse = inverse;
    this.weights = head.outputs * x.columns;
    this.size = this.weights + head.free;
    const products = rows.length * head.outputs;
    this.z = new Float64Array(products);
    this.dz = new Float64Array(products);
    this.zLine = new Float64Array(products);
    this.zStep = new Float64Array(products);
    this.labels = rows.map((r) => labels[r]);
    this.free = new Float64Array(head.free);
    this.dfree = new Float64Array(head.free);
  }

  start(point: Float64Array, gradient: Float64Array): number {
    this.point = Float64Array.from(point);
    project(this.x, this.rows, this.point, this.head.outputs, this.z);
    return this.valueHere(gradient);
  }

  aim(direction: Float64Array): void {
    this.line = direction;
    project(this.x, this.rows, direction, this.head.outputs, this.zLine);
  }

  probe(step: number): number {
    const { z, zLine, dz, weights: m, point, line } = this;
    for (let i = 0; i < z.length; i++) this.zStep[i] = z[i] + step * zLine[i];
    const free = this.free;
    for (let k = 0; k < free.length; k++) free[k] = point[m + k] + step * line[m + k];
    if (Number.isNaN(this.head.loss(this.zStep, free, this.labels, dz, this.dfree))) return Number.NaN;
    let slope = 0;
    for (let i = 0; i < z.length; i++) slope += dz[i] * zLine[i];
    for (let k = 0; k < free.length; k++) slope += this.dfree[k] * line[m + k];
    let penalty = 0;
    for (let i = 0; i < m; i++) penalty += (point[i] + step * line[i]) * line[i];
    return slope / this.rows.length + this.lambda * penalty;
  }

  take(step: number, gradient: Float64Array): number {
    for (let i = 0; i < this.z.length; i++) this.z[i] += step * this.zLine[i];
    for (let i = 0; i < this.size; i++) this.point[i] += step * this.line[i];
    return this.valueHere(gradient);
  }

  precondition(gradient: Float64Array): void {
    for (let o = 0; o < this.head.outputs; o++) this.inverse(gradient, o * this.x.columns);
    for (let i = this.weights; i < this.size; i++) gradient[i] /= this.head.curvature;
  }

  private valueHere(gradient: Float64Array): number {
    const { point, weights: m, head, lambda } = this;
    const n = this.rows.length;
    const sum = head.loss(this.z, point.subarray(m), this.labels, this.dz, this.dfree);
    gather(this.x, this.rows, this.dz, head.outputs, gradient);
    let squares = 0;
    for (let i = 0; i < m; i++) {
      gradient[i] = gradient[i] / n + lambda * point[i];
      squares += point[i] * point[i];
    }
    for (let k = 0; k < head.free; k++) gradient[m + k] = this.dfree[k] / n;
    return sum / n + (lambda * squares) / 2;
  }
}
