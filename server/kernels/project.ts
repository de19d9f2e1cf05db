import { fourRows, groupBytes } from "./dot";
import { rows, threads } from "./layout";

/** The first of `n` units of work that a thread does; the next thread's first is where it ends. */
export function share(n: i32, thread: i32): i32 {
  return <i32>((<i64>n * thread) / load<i32>(threads));
}

/**
 * A thread's share of `y = W v`, plus bias, for all rows.
 * @param w `[outputs, inputs]` in groups of four rows, as {@link fourRows} takes them
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
  const bytes = groupBytes(inputs);
  const groups = (outputs + 3) >> 2;
  const end = share(groups, thread + 1);
  for (let g = share(groups, thread); g < end; g++)
    for (let r = 0; r < n; r++) {
      const o = g << 2;
      const sums = plus(fourRows(w + <usize>g * bytes, v + ((<usize>r * inputs) << 2), inputs), bias, o);
      const to = y + ((<usize>r * width + o) << 2);
      if (o + 4 <= outputs) v128.store(to, sums);
      else storeFirst(to, sums, outputs - o);
    }
}

/** Stores the first one to three of four numbers. */
function storeFirst(to: usize, v: v128, count: i32): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
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
  const bytes = groupBytes(inputs);
  const end = share(outputs >> 2, thread + 1);
  for (let g = share(outputs >> 2, thread); g < end; g++)
    for (let r = 0; r < n; r++) {
      const o = g << 2;
      const sums = fourRows(w + <usize>g * bytes, v + ((<usize>r * inputs) << 2), inputs);
      const to = y + ((<usize>r * outputs + o) << 2);
      v128.store(to, f32x4.add(v128.load(to), plus(sums, bias, o)));
    }
}

/** Four sums and their biases; @param bias address of all biases, 0 for none */
export function plus(sums: v128, bias: usize, output: i32): v128 {
  return bias === 0 ? sums : f32x4.add(sums, v128.load(bias + ((<usize>output) << 2)));
}
