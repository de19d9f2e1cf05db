import { fourRows, groupBytes } from "./dot";
import * as at from "./layout";
import { groupsOf, plus } from "./project";
import { take } from "./work";

/** The gated MLP's hidden values, `act(gate) · up`, those that a thread takes, for all rows of `v` `[rows, dModel]`. */
export function gated(table: usize, v: usize, thread: i32): void {
  const n = load<i32>(at.rows);
  const d = load<i32>(at.dModel);
  const width = load<i32>(at.dMlp);
  const kind = load<i32>(at.activation);
  const bytes = groupBytes(d);
  const gate = <usize>load<u32>(table, at.gateWeight);
  const up = <usize>load<u32>(table, at.upWeight);
  const gateBias = <usize>load<u32>(table, at.gateBias);
  const upBias = <usize>load<u32>(table, at.upBias);
  const groups = groupsOf(width);
  for (let piece = take(groups, thread); piece !== 0; piece = take(groups, thread))
    for (let g = <i32>piece, end = <i32>(piece >> 32); g < end; g++)
      for (let r = 0; r < n; r++) {
        const o = g << 2;
        const row = v + ((<usize>r * d) << 2);
        const opened = activate(plus(fourRows(gate + <usize>g * bytes, row, d), gateBias, o), kind);
        const values = plus(fourRows(up + <usize>g * bytes, row, d), upBias, o);
        v128.store(<usize>load<u32>(at.hidden) + ((<usize>r * width + o) << 2), f32x4.mul(opened, values));
      }
}

function activate(v: v128, kind: i32): v128 {
  let a = f32x4.splat(activateOne(f32x4.extract_lane(v, 0), kind));
  a = f32x4.replace_lane(a, 1, activateOne(f32x4.extract_lane(v, 1), kind));
  a = f32x4.replace_lane(a, 2, activateOne(f32x4.extract_lane(v, 2), kind));
  return f32x4.replace_lane(a, 3, activateOne(f32x4.extract_lane(v, 3), kind));
}

function activateOne(v: f32, kind: i32): f32 {
  if (kind === at.silu) return v / (1 + NativeMathf.exp(-v));
  if (kind === at.geluTanh) {
    const inner: f32 = <f32>0.7978845608028654 * (v + <f32>0.044715 * v * v * v);
    return <f32>0.5 * v * (1 + NativeMathf.tanh(inner));
  }
  return <f32>(0.5 * <f64>v * (1 + erf(<f64>v * Math.SQRT1_2)));
}

/** The error function: its series, or far out its continued fraction. */
function erf(v: f64): f64 {
  const a = Math.abs(v);
  if (a > 5.5) return v < 0 ? -1 : 1;
  const square = a * a;
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let k = 1; k < 60; k++) {
      term *= -square / <f64>k;
      sum += term / <f64>(2 * k + 1);
    }
    return (v < 0 ? -1 : 1) * sum * 1.1283791670955126;
  }
  let fraction = a;
  for (let k = 40; k > 0; k--) fraction = a + (0.5 * <f64>k) / fraction;
  const tail = Math.exp(-square) / (fraction * 1.772453850905516);
  return (v < 0 ? -1 : 1) * (1 - tail);
}
