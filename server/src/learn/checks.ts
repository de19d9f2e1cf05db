import { countOf, type Inputs, type Matrix, type Target, type TargetType } from "./data.ts";

/** @throws RangeError where there is no row, a number is not finite, or all rows are equal */
export function checkRows({ rows, columns, values }: Matrix): void {
  if (rows === 0) throw new RangeError("There is no example to learn from: give some.");
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

/**
 * The target, of a type that a kind can tell.
 * @throws RangeError where it is of another type, there are not as many targets as examples, or numbers are not finite or all the
 * same
 */
export function checkedTarget<T extends TargetType>(
  inputs: Inputs,
  target: Target,
  types: readonly T[],
  kind: string,
): Extract<Target, { type: T }> {
  if (!(types as readonly TargetType[]).includes(target.type))
    throw new RangeError(
      `A probe of kind ${kind} tells ${types.join(" or ")}, and the target is ${target.type}: choose another kind of probe.`,
    );
  const given = target.type === "number" ? target.values.length : target.labels.length;
  if (given !== countOf(inputs))
    throw new RangeError(
      `There are ${countOf(inputs)} examples and ${given} targets: give each example one.`,
    );
  if (target.type === "number") checkNumbers(target.values);
  return target as Extract<Target, { type: T }>;
}

function checkNumbers(values: Float64Array): void {
  const wrong = values.findIndex((it) => !Number.isFinite(it));
  if (wrong >= 0)
    throw new RangeError(
      `Example ${wrong + 1} has the target ${values[wrong]}, which is no finite number: leave it out or mend it.`,
    );
  if (values.every((it) => it === values[0]))
    throw new RangeError(
      `All examples have the target ${values[0]}, so there is nothing to tell apart: give examples that differ.`,
    );
}

/** @throws RangeError where the rows are not as wide as those that a probe was trained on */
export function checkWidth({ columns }: Matrix, trained: number): void {
  if (columns !== trained)
    throw new RangeError(
      `The probe was trained on rows of ${trained} numbers, and these have ${columns}: run it on the model and hook point that it was trained on.`,
    );
}
