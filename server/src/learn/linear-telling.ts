import type { Fit } from "./kind.ts";

/**
 * What a probe tells as one linear function of a row: `x · vector + bias` is its number, or of two classes the log-odds of the
 * second one, calibration included.
 */
export interface LinearTelling {
  of: "number" | "log-odds";
  /** Index of the class that it speaks for; 0 of a number. */
  output: number;
  /** `[columns]` */
  vector: Float32Array;
  bias: number;
}

/** Null where what the probe tells is no function of one direction: of more than two classes, of orders, of several rows. */
export function linearTelling(fit: Fit): LinearTelling | null {
  const { kind, settings, tensors } = fit.state;
  const link = kind === "ccs" ? "binary" : settings.link;
  const directions = fit.directions();
  if ((link !== "binary" && link !== "number") || directions.length !== 1) return null;
  const [{ output, vector, bias }] = directions;
  if (link === "number") return { of: "number", output, vector, bias };
  const [slope, offset] = tensors.calibration?.values ?? [1, 0];
  return { of: "log-odds", output, vector: vector.map((it) => slope * it), bias: slope * bias + offset };
}

/** log(p / (1 − p)) of a probability between 0 and 1. */
export const logOdds = (p: number): number => Math.log(p) - Math.log1p(-p);
