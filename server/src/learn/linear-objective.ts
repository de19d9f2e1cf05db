import { dotAt } from "./dense.ts";
import type { RowLoss } from "./heads.ts";
import type { Objective } from "./lbfgs.ts";
import type { Inverse } from "./preconditioner.ts";
import type { Rows } from "./rows.ts";

/**
 * Mean loss of a linear model with a penalty: (1/n) loss(X Wᵀ, free) + λ/2 ‖W‖² over n rows. A point is `[outputs · columns]` weights
 * and then the numbers that no penalty falls on. Products of the rows with the point and with the line are kept, so that a look along
 * the line reads no row.
 */
export class LinearObjective implements Objective {
  readonly size: number;
  private readonly rows: Rows;
  private readonly loss: RowLoss;
  private readonly lambda: number;
  private readonly inverse: Inverse;
  private readonly weights: number;
  private readonly z: Float64Array;
  private readonly dz: Float64Array;
  private readonly zLine: Float64Array;
  private readonly zStep: Float64Array;
  private point = new Float64Array(0);
  private line: Float64Array = new Float64Array(0);
  /** Of the weights: ‖point‖², point · line and ‖line‖². */
  private sizes: [point: number, both: number, line: number] = [0, 0, 0];
  private readonly free: Float64Array;
  private readonly dfree: Float64Array;

  /** @param inverse approximates that of the Hessian of one weight vector, λ I + curvature · XᵀX / n */
  constructor(rows: Rows, loss: RowLoss, lambda: number, inverse: Inverse) {
    this.rows = rows;
    this.loss = loss;
    this.lambda = lambda;
    this.inverse = inverse;
    this.weights = loss.outputs * rows.columns;
    this.size = this.weights + loss.free;
    const products = rows.count * loss.outputs;
    this.z = new Float64Array(products);
    this.dz = new Float64Array(products);
    this.zLine = new Float64Array(products);
    this.zStep = new Float64Array(products);
    this.free = new Float64Array(loss.free);
    this.dfree = new Float64Array(loss.free);
  }

  start(point: Float64Array, gradient: Float64Array): number {
    this.point = Float64Array.from(point);
    this.rows.project(this.point, this.loss.outputs, this.z);
    return this.valueHere(gradient);
  }

  aim(direction: Float64Array): void {
    const { weights: m, point } = this;
    this.line = direction;
    this.sizes = [
      dotAt(point, 0, point, 0, m),
      dotAt(point, 0, direction, 0, m),
      dotAt(direction, 0, direction, 0, m),
    ];
    this.rows.project(direction, this.loss.outputs, this.zLine);
  }

  probe(step: number): { value: number; slope: number } {
    const { z, zLine, dz, free, dfree, point, line, weights: m } = this;
    const n = this.rows.count;
    for (let i = 0; i < z.length; i++) this.zStep[i] = z[i] + step * zLine[i];
    for (let k = 0; k < free.length; k++) free[k] = point[m + k] + step * line[m + k];
    const loss = this.loss.at(this.zStep, free, dz, dfree);
    const slope = dotAt(dz, 0, zLine, 0, z.length) + dotAt(dfree, 0, line, m, free.length);
    const [own, both, along] = this.sizes;
    return {
      value: loss / n + (this.lambda * (own + step * (2 * both + step * along))) / 2,
      slope: slope / n + this.lambda * (both + step * along),
    };
  }

  take(step: number, gradient: Float64Array): number {
    for (let i = 0; i < this.z.length; i++) this.z[i] += step * this.zLine[i];
    for (let i = 0; i < this.size; i++) this.point[i] += step * this.line[i];
    return this.valueHere(gradient);
  }

  precondition(gradient: Float64Array): void {
    for (let o = 0; o < this.loss.outputs; o++) this.inverse(gradient, o * this.rows.columns);
    for (let i = this.weights; i < this.size; i++) gradient[i] /= this.loss.curvature;
  }

  private valueHere(gradient: Float64Array): number {
    const { point, weights: m, loss, rows } = this;
    const n = rows.count;
    const sum = loss.at(this.z, point.subarray(m), this.dz, this.dfree);
    rows.gather(this.dz, loss.outputs, gradient);
    for (let i = 0; i < m; i++) gradient[i] = gradient[i] / n + this.lambda * point[i];
    for (let k = 0; k < loss.free; k++) gradient[m + k] = this.dfree[k] / n;
    return sum / n + (this.lambda * dotAt(point, 0, point, 0, m)) / 2;
  }
}
