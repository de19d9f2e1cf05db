import { type Calibration, platt, temperature } from "./calibrate.ts";
import { countsOf } from "./classes.ts";
import { foldsOf, partOf } from "./folds.ts";
import type { FitOptions } from "./kind.ts";
import { unlessRefused } from "./refusal.ts";
import { sigmoid, softmax } from "./sigmoid.ts";

/** Probabilities as they are. */
export const asTold: Calibration = { a: 1, b: 0 };

/** The least probability whose logarithm is taken. */
const least = 1e-300;

/**
 * Calibration of probabilities that were told of examples not learnt from: Platt scaling of the log-odds of two classes, a
 * temperature of more.
 * @param told `[examples · classes]` @param labels `[examples]`
 */
export function calibrationOf(told: Float64Array, labels: Int32Array, classes: number): Calibration {
  return classes === 2 ? platt(logOddsOf(told), labels) : temperature(logsOf(told), labels, classes);
}

/** `[examples · classes]` probabilities after calibration. @param told `[examples · classes]` */
export function recalibrated(told: Float64Array, classes: number, { a, b }: Calibration): Float64Array {
  if (a === 1 && b === 0) return told;
  const all = new Float64Array(told.length);
  if (classes === 2)
    logOddsOf(told).forEach((z, i) => {
      all[2 * i] = sigmoid(-a * z - b);
      all[2 * i + 1] = sigmoid(a * z + b);
    });
  else {
    const z = logsOf(told).map((it) => a * it);
    for (let at = 0; at < z.length; at += classes) softmax(z, at, all.subarray(at, at + classes));
  }
  return all;
}

/**
 * The calibration of a probe by what a fit on the others tells of a fifth of the examples (a fold that leaves every class to learn
 * from, and that the fit does not refuse).
 * @param labels `[examples]`
 * @param told `[test · classes]` by a fit on the others
 * @returns the calibration, and in words what it rests on; probabilities as they are where nothing can be held out
 */
export function heldOutCalibration(
  labels: Int32Array,
  classes: number,
  options: Pick<FitOptions, "seed" | "groups">,
  told: (train: Int32Array, test: Int32Array) => Float64Array,
): { calibration: Calibration; on: string } {
  const folds = foldsOf(labels, options);
  const presentIn = (of: Int32Array) => countsOf(of, classes).filter((it) => it > 0).length;
  for (let fold = 0; folds.count > 1 && fold < folds.count; fold++) {
    const { inside, outside } = partOf(folds.of, fold);
    if (inside.length === 0 || presentIn(outside.map((i) => labels[i])) < presentIn(labels)) continue;
    const found = unlessRefused(() => told(outside, inside));
    if (found instanceof RangeError) continue;
    const is = inside.map((i) => labels[i]);
    const way = classes === 2 ? "Platt scaling" : "temperature";
    return { calibration: calibrationOf(found, is, classes), on: `${way} on ${is.length} examples held out` };
  }
  return { calibration: asTold, on: "none, since no examples can be held out" };
}

function logsOf(told: Float64Array): Float64Array {
  return told.map((it) => Math.log(Math.max(least, it)));
}

function logOddsOf(told: Float64Array): Float64Array {
  const logs = logsOf(told);
  return Float64Array.from({ length: told.length / 2 }, (_, i) => logs[2 * i + 1] - logs[2 * i]);
}
