import { checkedTarget, checkRows } from "./checks.ts";
import type { Inputs, Target } from "./data.ts";

/** Labels among the classes that have examples; the others are never told. */
export interface Present {
  /** Indices of those classes among all, ascending. */
  readonly present: number[];
  /** `[examples]` indices into `present`. */
  readonly labels: Int32Array;
  /** How many classes the target names. */
  readonly classes: number;
}

/** @throws RangeError where only one class has examples, or a label is none of the classes */
export function presentClasses(target: Exclude<Target, { type: "number" }>): Present {
  const { names, labels } = target;
  const place = new Int32Array(names.length).fill(-1);
  for (let i = 0; i < labels.length; i++) {
    if (!(labels[i] >= 0 && labels[i] < names.length))
      throw new RangeError(
        `Example ${i + 1} has the label ${labels[i]}, and there are ${names.length} classes: name its class or leave it out.`,
      );
    place[labels[i]] = 0;
  }
  const present = names.map((_, k) => k).filter((k) => place[k] === 0);
  if (present.length < 2)
    throw new RangeError(
      `All examples have the label “${names[labels[0]]}”: give examples of another class, since a probe needs two at least.`,
    );
  present.forEach((k, i) => {
    place[k] = i;
  });
  return { present, labels: labels.map((k) => place[k]), classes: names.length };
}

/**
 * The classes of a target that a probe of classes (or of an order) can be fitted to.
 * @throws RangeError in words where nothing can be learnt, see `checks.ts` and {@link presentClasses}
 */
export function checkedClasses(inputs: Inputs, target: Target, kind: string): Present {
  const classes = checkedTarget(inputs, target, ["classes", "ordered"], kind);
  checkRows(inputs.x);
  return presentClasses(classes);
}

/** The class that most examples are of, the first of several. */
export function commonest(labels: Int32Array, classes: number): number {
  const counts = countsOf(labels, classes);
  return counts.indexOf(Math.max(...counts));
}

/** `[classes]` how many examples each class has. */
export function countsOf(labels: Iterable<number>, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const k of labels) counts[k]++;
  return counts;
}
