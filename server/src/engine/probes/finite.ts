import { isPatternHook } from "../models/hooks.ts";

/**
 * Whether what was read of a text, and what was made of it, are numbers: weights that overflow give NaN, which a maximum can hide.
 * @param rows what was made of it
 * @param read `[T · width]` by hook point; attention weights, of which only rows are made, are not looked at
 * @param tokens those that are read
 */
export function isFiniteText(
  rows: readonly Float32Array[],
  read: ReadonlyMap<string, Float32Array>,
  tokens: readonly number[],
  length: number,
): boolean {
  if (!rows.every(isFiniteRow)) return false;
  return [...read].every(([hook, x]) => {
    const width = x.length / length;
    return isPatternHook(hook) || tokens.every((t) => isFiniteRow(x.subarray(t * width, (t + 1) * width)));
  });
}

const isFiniteRow = (row: Float32Array): boolean => row.every((it) => Number.isFinite(it));
