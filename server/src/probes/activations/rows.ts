import { TensorFile } from "../../files/tensor-file.ts";
import type { Inputs } from "../../learn/data.ts";
import type { ActivationFile } from "./files.ts";

/** Where the rows of some texts lie; crosses to the workers in the place of the rows themselves. */
export interface ActivationRows {
  /** Name of the reading, as files have it. */
  name: string;
  width: number;
  files: string[];
  /** `[texts]` the file of each text's rows, the first of them, and how many. */
  file: Int32Array;
  from: Int32Array;
  count: Int32Array;
  /** Whether a text has as many rows as tokens, rather than one. */
  byToken: boolean;
}

/** The rows of all texts of one file, in its order. @throws RangeError where it has no such reading */
export function allRowsOf({ path, keys, readings }: ActivationFile, name: string): ActivationRows {
  const reading = readings.get(name);
  if (!reading) throw new RangeError(`${path} holds no ${name}.`);
  const { width, starts } = reading;
  const texts = Int32Array.from(keys.keys());
  return {
    ...{ name, width, files: [path], file: new Int32Array(keys.length) },
    from: starts ? Int32Array.from(starts.subarray(0, -1)) : texts,
    count: texts.map((i) => (starts ? starts[i + 1] - starts[i] : 1)),
    byToken: starts !== null,
  };
}

/**
 * Reads the rows of some texts.
 * @param texts their numbers, in the order wanted
 * @throws Error where a file is gone or cut short
 */
export function readRows(rows: ActivationRows, texts: ArrayLike<number>): Inputs {
  const { name, width, files, byToken } = rows;
  const starts = new Int32Array(texts.length + 1);
  for (let i = 0; i < texts.length; i++) starts[i + 1] = starts[i] + rows.count[texts[i]];
  const total = starts[texts.length];
  const values = new Float32Array(total * width);
  files.forEach((path, f) => {
    const here = Array.from({ length: texts.length }, (_, i) => i).filter((i) => rows.file[texts[i]] === f);
    if (here.length === 0) return;
    const file = TensorFile.open(
      path,
      (at, what) => new Error(`${at} ${what}. Train again: it is then read anew.`),
    );
    try {
      // A file holds a batch of texts: one read of its whole tensor is cheaper than one a text.
      const [count] = file.shape(name) as number[];
      const all = file.f32(name, 0, count * width);
      for (const i of here) {
        const from = rows.from[texts[i]] * width;
        values.set(all.subarray(from, from + rows.count[texts[i]] * width), starts[i] * width);
      }
    } finally {
      file.close();
    }
  });
  const x = { rows: total, columns: width, values };
  return byToken ? { x, starts } : { x };
}
