import { logits, rows, sumBlock, sums, vocabulary } from "./layout";
import { share } from "./project";

/** A thread's share of what the normaliser of the logits is made of: greatest logit and sum of exponentials, block by block. */
export function sumUp(thread: i32): void {
  const n = load<i32>(vocabulary);
  const blocks = (n + sumBlock - 1) / sumBlock;
  const end = share(blocks * load<i32>(rows), thread + 1);
  for (let i = share(blocks * load<i32>(rows), thread); i < end; i++) {
    const line = <usize>load<u32>(logits) + ((<usize>(i / blocks) * n) << 2);
    const from = line + ((<usize>(i % blocks) * sumBlock) << 2);
    const to = min(from + ((<usize>sumBlock) << 2), line + ((<usize>n) << 2));
    let most = load<f32>(from);
    // A NaN stays, so that it is seen.
    for (let p = from; p < to; p += 4) most = max(most, load<f32>(p));
    let sum: f64 = 0;
    for (let p = from; p < to; p += 4) sum += <f64>NativeMathf.exp(load<f32>(p) - most);
    store<f32>(<usize>load<u32>(sums) + ((<usize>i) << 3), most);
    store<f32>(<usize>load<u32>(sums) + ((<usize>i) << 3), <f32>sum, 4);
  }
}
