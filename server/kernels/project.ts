import { fourRows, groupBytes } from "./dot";
import { rows } from "./layout";
import { take } from "./work";

/** Groups of four outputs. */
export function groupsOf(outputs: i32): i32 {
  return (outputs + 3) >> 2;
}

/**
 * `y = W v`, plus bias, for all rows, of some groups of four outputs.
 * @param w `[outputs, inputs]` in groups of four rows, as {@link fourRows} takes them
 * @param bias `[outputs]`, 0 for none
 * @param v `[rows, inputs]`
 * @param y `[rows, width]`, written from a row's start
 * @param from the first group, and {@link to} the one behind the last; there need not be as many
 */
export function project(
  w: usize,
  bias: usize,
  v: usize,
  inputs: i32,
  y: usize,
  outputs: i32,
  width: i32,
  from: i32,
  to: i32,
): void {
  const n = load<i32>(rows);
  const bytes = groupBytes(inputs);
  const end = min(to, groupsOf(outputs));
  for (let g = max(from, 0); g < end; g++)
    for (let r = 0; r < n; r++) {
      const o = g << 2;
      const sums = plus(fourRows(w + <usize>g * bytes, v + ((<usize>r * inputs) << 2), inputs), bias, o);
      const place = y + ((<usize>r * width + o) << 2);
      if (o + 4 <= outputs) v128.store(place, sums);
      else storeFirst(place, sums, outputs - o);
    }
}

/** Stores the first one to three of four numbers. */
function storeFirst(to: usize, v: v128, count: i32): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

/** `y += W v`, plus bias, those outputs that a thread takes; `y` is `[rows, outputs]`, and outputs are a multiple of four. */
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
  const groups = groupsOf(outputs);
  for (let piece = take(groups, thread); piece !== 0; piece = take(groups, thread))
    for (let g = <i32>piece, end = <i32>(piece >> 32); g < end; g++)
      for (let r = 0; r < n; r++) {
        const o = g << 2;
        const sums = fourRows(w + <usize>g * bytes, v + ((<usize>r * inputs) << 2), inputs);
        const place = y + ((<usize>r * outputs + o) << 2);
        v128.store(place, f32x4.add(v128.load(place), plus(sums, bias, o)));
      }
}

/** Four sums and their biases; @param bias address of all biases, 0 for none */
export function plus(sums: v128, bias: usize, output: i32): v128 {
  return bias === 0 ? sums : f32x4.add(sums, v128.load(bias + ((<usize>output) << 2)));
}
