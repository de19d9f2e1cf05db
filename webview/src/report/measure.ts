import type { Figure, ProbeReport } from "../../../server/src/protocol/probe-report.ts";

/** The leading figure of a report: how it is called, how it is written, and between which ends it lies. */
export interface Measure {
  name: "accuracy" | "rank correlation";
  least: number;
  most: number;
  /** With its unit. */
  write(value: number): string;
  /** Without, for cells. */
  short(value: number): string;
  /** As short as can be, for axes. */
  tick(value: number): string;
  /** A difference of two, with its unit. */
  difference(value: number): string;
  /** What always telling the same reaches; null where it was not measured. */
  floor: number | null;
  floorName: string;
}

/** How the figures of a report are to be written. */
export function measureOf({ target, controls }: Pick<ProbeReport, "target" | "controls">): Measure {
  const floor = controls?.majority ?? null;
  if (target.type === "number") {
    const write = (value: number) => value.toFixed(2);
    const tick = (value: number) => value.toFixed(1);
    return {
      ...{ name: "rank correlation", least: -1, most: 1, floor, floorName: "always one number" },
      ...{ write, short: write, tick, difference: write },
    };
  }
  const short = (value: number) => (100 * value).toFixed(1);
  return {
    ...{ name: "accuracy", least: 0, most: 1, floor, floorName: "majority", short },
    write: (value) => `${short(value)} %`,
    tick: (value) => (100 * value).toFixed(0),
    difference: (value) => `${short(value)} points`,
  };
}

/** Whether a figure has an interval; a single run has none. */
export const hasInterval = ({ low, high }: Figure): boolean =>
  high !== Number.MAX_VALUE && low !== -Number.MAX_VALUE && Number.isFinite(low) && Number.isFinite(high);

/** The ends of a figure's interval as far as the measure reaches: those of a mean may lie beyond. */
export function intervalOf(
  figure: Figure,
  { least, most }: Pick<Measure, "least" | "most">,
): [number, number] {
  if (!hasInterval(figure)) return [figure.value, figure.value];
  const inside = (value: number) => Math.min(most, Math.max(least, value));
  return [inside(figure.low), inside(figure.high)];
}

/** An interval in words, empty where there is none. */
export function intervalText(figure: Figure, measure: Measure): string {
  if (!hasInterval(figure)) return "";
  const [low, high] = intervalOf(figure, measure);
  return `${measure.short(low)} to ${measure.short(high)}`;
}

/** A figure with its interval. */
export function figureText(figure: Figure, measure: Measure): string {
  const interval = intervalText(figure, measure);
  return interval ? `${measure.write(figure.value)} (${interval})` : measure.write(figure.value);
}
