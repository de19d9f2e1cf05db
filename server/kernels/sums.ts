import { logits, rows, sumBlock, sums, vocabulary } from "./layout";
import { take } from "./work";

/** What the normaliser of the logits is made of, those blocks that a thread takes: greatest logit and sum of exponentials. */
export function sumUp(thread: i32): void {
  const blocks = (load<i32>(vocabulary) + sumBlock - 1) / sumBlock;
  const units = blocks * load<i32>(rows);
  for (let piece = take(units, thread); piece !== 0; piece = take(units, thread))
    for (let i = <i32>piece, end = <i32>(piece >> 32); i < end; i++) sumUpBlock(i / blocks, i % blocks, i);
}

function sumUpBlock(row: i32, block: i32, place: i32): void {
  const n = load<i32>(vocabulary);
  const line = <usize>load<u32>(logits) + ((<usize>row * n) << 2);
  const from = line + ((<usize>block * sumBlock) << 2);
  const to = min(from + ((<usize>sumBlock) << 2), line + ((<usize>n) << 2));
  let most = load<f32>(from);
  // A NaN stays, so that it is seen.
  for (let p = from; p < to; p += 4) most = max(most, load<f32>(p));
  let sum: f64 = 0;
  for (let p = from; p < to; p += 4) sum += <f64>NativeMathf.exp(load<f32>(p) - most);
  const out = <usize>load<u32>(sums) + ((<usize>place) << 3);
  store<f32>(out, most);
  store<f32>(out, <f32>sum, 4);
}
