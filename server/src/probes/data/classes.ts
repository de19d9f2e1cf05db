import type { TargetSpec } from "../spec/types.ts";
import { type Example, noLabel } from "./types.ts";

/** The classes of some examples. */
export interface Classes {
  names: string[];
  /** The class of a label; -1 where examples with it are left out. */
  of(label: string): number;
}

/**
 * The classes that a target means, of two the positive one second. Where it names none they are the labels of the data, in
 * their order as numbers or words; of tokens “none” comes first.
 */
export function classesOf(target: TargetSpec, examples: readonly Example[]): Classes {
  const names = target.names ?? labelsIn(examples);
  const { positive } = target;
  if (positive !== null) {
    const others = names.filter((it) => it !== positive);
    const other = others.length === 1 ? others[0] : `not ${positive}`;
    return {
      names: [other, positive],
      of: (label) => (label === positive ? 1 : target.names === null || names.includes(label) ? 0 : -1),
    };
  }
  const indices = new Map(names.map((name, i) => [name, i]));
  return { names, of: (label) => indices.get(label) ?? -1 };
}

function labelsIn(examples: readonly Example[]): string[] {
  const labels = new Set<string>();
  for (const { label, tokens } of examples) {
    if (tokens) for (const it of tokens) labels.add(it.label);
    else labels.add(String(label));
  }
  labels.delete("");
  const sorted = [...labels].sort(byNumberOrWord);
  const areTokens = examples.some(({ tokens }) => tokens !== null);
  return areTokens ? [noLabel, ...sorted.filter((it) => it !== noLabel)] : sorted;
}

function byNumberOrWord(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference) && difference !== 0) return difference;
  return a < b ? -1 : 1;
}
