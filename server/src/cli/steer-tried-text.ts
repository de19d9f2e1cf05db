import type { Tried } from "../steering/methods/try-handles.ts";

/** A mean grade, with Wilson's interval where it is a share. */
export function graded({ mean, interval }: Tried): string {
  return interval
    ? `${mean.toFixed(2)} [${interval.map((it) => it.toFixed(2)).join(", ")}]`
    : mean.toPrecision(3);
}

/** How much more that is than without steering. */
export function gained({ gain, gainInterval }: Tried): string {
  const signed = (value: number) => `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
  return `gain ${signed(gain)} [${gainInterval.map(signed).join(", ")}]`;
}

/** The same as JSON, without the grades of each completion. */
export function triedJson(tried: Tried | null): object | null {
  if (!tried) return null;
  const { mean, interval, gain, gainInterval } = tried;
  return { mean, interval, gain, gainInterval };
}

/** A count with its noun. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
