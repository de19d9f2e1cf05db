/** Rows of numbers, `[rows, columns]`, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * What a probe reads of some examples: one row each, or, where `starts` is given, a run of rows each (its tokens): example i
 * has rows `starts[i] .. starts[i + 1])`, so `starts` is `[examples + 1]`. Kinds that read no activations read `texts` `[examples]`; their
 * rows have no columns.
 */
export interface Inputs {
  readonly x: Matrix;
  readonly starts?: Int32Array;
  readonly texts?: readonly string[];
}

/** Examples that are texts and nothing else. */
export const textInputs = (texts: readonly string[]): Inputs => ({
  x: { rows: texts.length, columns: 0, values: new Float32Array(0) },
  texts,
});

/**
 * What is to be told of each example: a class out of some (of two, the second is the positive one), a class of an order
 * (least first), or a number. `labels` and `values` are `[examples]`.
 */
export type Target =
  | { readonly type: "classes"; readonly names: readonly string[]; readonly labels: Int32Array }
  | { readonly type: "ordered"; readonly names: readonly string[]; readonly labels: Int32Array }
  | { readonly type: "number"; readonly values: Float64Array };

export type TargetType = Target["type"];

/** How many examples there are. */
export function countOf({ x, starts }: Inputs): number {
  return starts ? starts.length - 1 : x.rows;
}

/** Row r of a matrix, `[columns]`, a view. */
export function rowOf({ columns, values }: Matrix, r: number): Float32Array {
  return values.subarray(r * columns, (r + 1) * columns);
}

/** Some examples, by their numbers and in that order. */
export function takeInputs({ x, starts, texts }: Inputs, examples: ArrayLike<number>): Inputs {
  if (texts) return textInputs(Array.from(examples, (i) => texts[i]));
  if (!starts) return { x: takeRows(x, examples) };
  const rows: number[] = [];
  const newStarts = new Int32Array(examples.length + 1);
  for (let i = 0; i < examples.length; i++) {
    for (let r = starts[examples[i]]; r < starts[examples[i] + 1]; r++) rows.push(r);
    newStarts[i + 1] = rows.length;
  }
  return { x: takeRows(x, rows), starts: newStarts };
}

/** Some rows, by their numbers and in that order. */
export function takeRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const values = new Float32Array(rows.length * x.columns);
  for (let i = 0; i < rows.length; i++) values.set(rowOf(x, rows[i]), i * x.columns);
  return { rows: rows.length, columns: x.columns, values };
}

/** What is to be told of some examples, by their numbers and in that order. */
export function takeTarget(target: Target, examples: ArrayLike<number>): Target {
  const pick = <A extends Int32Array | Float64Array>(all: A, into: A): A => {
    for (let i = 0; i < examples.length; i++) into[i] = all[examples[i]];
    return into;
  };
  if (target.type === "number")
    return { ...target, values: pick(target.values, new Float64Array(examples.length)) };
  return { ...target, labels: pick(target.labels, new Int32Array(examples.length)) };
}
