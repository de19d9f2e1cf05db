import { InvalidArgumentError } from "commander";

/** Reads an option that is a number between two bounds, both of which may be left out. */
export function number(least = -Infinity, most = Infinity): (text: string) => number {
  return (text) => bounded(text, "number", least, most, Number.isFinite);
}

/** Reads an option that is a whole number, in decimal digits. */
export function whole(least: number, most = Infinity): (text: string) => number {
  const isWhole = (value: number, text: string) => /^\d+$/.test(text) && Number.isSafeInteger(value);
  return (text) => bounded(text, "whole number", least, most, isWhole);
}

function bounded(
  text: string,
  kind: string,
  least: number,
  most: number,
  isOne: (value: number, text: string) => boolean,
): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (isOne(value, text.trim()) && value >= least && value <= most) return value;
  const from = least > -Infinity ? ` from ${least}` : "";
  const to = most < Infinity ? ` to ${most}` : kind === "whole number" ? " on" : "";
  throw new InvalidArgumentError(`It is a ${kind}${from}${to}.`);
}
