import { fourRows, rowBytes } from "./dot";
import { rows, threads } from "./layout";

/** The first of `n` units of work that a thread does; the next thread's first is where it ends. */
export function share(n: i32, thread: i32): i32 {
  return <i32>((<i64>n * thread) / load<i32>(threads));
}

/**
 * A thread's share of `y = W v`, plus bias, for all rows.
 * @param w `[outputs, inputs]`, at least four outputs; where they are no multiple of four, the last are computed twice
 * @param bias `[outputs]`, 0 for none
 * @param v `[rows, inputs]`
 * @param y `[rows, width]`, written from a row's start
 */
export function project(
  w: usize,
  bias: usize,
  v: usize,
  inputs: i32,
  y: usize,
  outputs: i32,
  width: i32,
  thread: i32,
): void {
  const n = load<i32>(rows);
  const bytes = rowBytes(inputs);
  const fours = (outputs + 3) >> 2;
  const end = share(fours, thread + 1);
  for (let i = share(fours, thread); i < end; i++) {
    const o = min(i << 2, outputs - 4);
    for (let r = 0; r < n; r++) {
      const sums = fourRows(w + <usize>o * bytes, v + ((<usize>r * inputs) << 2), inputs);
      v128.store(y + ((<usize>r * width + o) << 2), plus(sums, bias, o));
    }
  }
}

/** The same, added to what stands in `y` `[rows, outputs]`; outputs are a multiple of four. */
export function projectInto(
  w: usize,
  bias: usize,
  v: usize,
  inputs: i32,
  y: usize,
  outputs: i32,
  thread: i32,
): void {
  const n = load<i32>(rows);
  const bytes = rowBytes(inputs);
  const end = share(outputs >> 2, thread + 1) << 2;
  for (let o = share(outputs >> 2, thread) << 2; o < end; o += 4)
    for (let r = 0; r < n; r++) {
      const sums = fourRows(w + <usize>o * bytes, v + ((<usize>r * inputs) << 2), inputs);
      const to = y + ((<usize>r * outputs + o) << 2);
      v128.store(to, f32x4.add(v128.load(to), plus(sums, bias, o)));
    }
}

/** Four sums and their biases; @param bias address of all biases, 0 for none */
export function plus(sums: v128, bias: usize, output: i32): v128 {
  return bias === 0 ? sums : f32x4.add(sums, v128.load(bias + ((<usize>output) << 2)));
}
