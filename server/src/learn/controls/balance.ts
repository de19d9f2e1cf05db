import type { Target } from "../data.ts";

export interface ClassBalance {
  /** By class. */
  readonly counts: number[];
  /** The most frequent class, and its share: what always saying it is right in. */
  readonly majority: { class: number; share: number };
  /** Examples of the most frequent class for one of the rarest that occurs. */
  readonly ratio: number;
  /** Classes without an example. */
  readonly absent: number[];
}

/** How many examples each class has. @param target of at least one example */
export function balanceOf({ names, labels }: Exclude<Target, { type: "number" }>): ClassBalance {
  const counts = names.map(() => 0);
  for (const label of labels) counts[label]++;
  const most = Math.max(...counts);
  const present = counts.filter((it) => it > 0);
  return {
    counts,
    majority: { class: counts.indexOf(most), share: most / labels.length },
    ratio: most / Math.min(...present),
    absent: counts.flatMap((it, k) => (it === 0 ? [k] : [])),
  };
}
