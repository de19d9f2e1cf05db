import { countOf, type Inputs, type Matrix, type Target } from "./data.ts";

/** @throws RangeError where there is no row, a number is not finite, or all rows are equal */
export function checkRows({ rows, columns, values }: Matrix): void {
  if (rows === 0) throw new RangeError("There is no example to learn from.");
  for (let at = 0; at < values.length; at++)
    if (!Number.isFinite(values[at]))
      throw new RangeError(
        `Row ${Math.floor(at / columns) + 1} holds ${values[at]} in column ${(at % columns) + 1}: leave that example out, or collect its activations again.`,
      );
  for (let at = columns; at < values.length; at++) if (values[at] !== values[at % columns]) return;
  throw new RangeError(
    `All ${rows} rows are equal, so nothing tells them apart: read another hook point or position, or give examples that differ.`,
  );
}

/** @throws RangeError where there are not as many targets as examples, or fits of this kind need another type of target */
export function checkTarget(
  inputs: Inputs,
  target: Target,
  types: readonly Target["type"][],
  kind: string,
): void {
  if (!types.includes(target.type))
    throw new RangeError(
      `A ${kind} probe tells ${types.join(" or ")}, and the target is ${target.type}: choose another kind of probe.`,
    );
  const given = target.type === "number" ? target.values.length : target.labels.length;
  if (given !== countOf(inputs))
    throw new RangeError(
      `There are ${countOf(inputs)} examples and ${given} targets; each example needs one.`,
    );
  if (target.type !== "number") return;
  const wrong = target.values.findIndex((it) => !Number.isFinite(it));
  if (wrong >= 0)
    throw new RangeError(
      `Example ${wrong + 1} has the target ${target.values[wrong]}, which is not a number.`,
    );
}

/** @throws RangeError where the rows are not as wide as those that a probe was trained on */
export function checkWidth({ columns }: Matrix, trained: number): void {
  if (columns !== trained)
    throw new RangeError(
      `The probe was trained on rows of ${trained} numbers, and these have ${columns}: run it on the model and hook point that it was trained on.`,
    );
}
