import { dot } from "./dot";
import { dModel, epsilon, rows, x } from "./layout";

/** RMS norm of all rows of the residual stream into `out` `[rows, dModel]`, which is the thread's own. */
export function rmsNorm(weight: usize, out: usize): void {
  const d = load<i32>(dModel);
  const bytes = (<usize>d) << 2;
  for (let r = 0, n = load<i32>(rows); r < n; r++) {
    const from = <usize>load<u32>(x) + <usize>r * bytes;
    const scale = f32x4.splat(1 / sqrt<f32>(dot(from, from, d) / <f32>d + load<f32>(epsilon)));
    const to = out + <usize>r * bytes;
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(to + i, f32x4.mul(f32x4.mul(v128.load(from + i), scale), v128.load(weight + i)));
  }
}
