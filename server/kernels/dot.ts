import { isHalf, readAhead, spare } from "./layout";

/** The sum of eight products, always in the same order. */
function total(a: v128, b: v128): f32 {
  const s = f32x4.add(a, b);
  return (
    f32x4.extract_lane(s, 0) +
    f32x4.extract_lane(s, 1) +
    (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  );
}

function together(a: f32, b: f32, c: f32, d: f32): v128 {
  let v = f32x4.splat(a);
  v = f32x4.replace_lane(v, 1, b);
  v = f32x4.replace_lane(v, 2, c);
  return f32x4.replace_lane(v, 3, d);
}

/** a · b of `n` f32 each: four sums side by side, since each waits for itself. */
export function dot(a: usize, b: usize, n: i32): f32 {
  const end = (<usize>n) << 2;
  const sixteens = end & ~63;
  const fours = end & ~15;
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i: usize = 0;
  for (; i < sixteens; i += 64) {
    s0 = f32x4.relaxed_madd(v128.load(a + i), v128.load(b + i), s0);
    s1 = f32x4.relaxed_madd(v128.load(a + i, 16), v128.load(b + i, 16), s1);
    s2 = f32x4.relaxed_madd(v128.load(a + i, 32), v128.load(b + i, 32), s2);
    s3 = f32x4.relaxed_madd(v128.load(a + i, 48), v128.load(b + i, 48), s3);
  }
  for (; i < fours; i += 16) s0 = f32x4.relaxed_madd(v128.load(a + i), v128.load(b + i), s0);
  let sum = total(f32x4.add(s0, s1), f32x4.add(s2, s3));
  for (; i < end; i += 4) sum += load<f32>(a + i) * load<f32>(b + i);
  return sum;
}

/** y += p · a + q · b, `n` f32 each. */
export function addScaled(y: usize, a: usize, p: f32, b: usize, q: f32, n: i32): void {
  const end = (<usize>n) << 2;
  const fours = end & ~15;
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  let i: usize = 0;
  for (; i < fours; i += 16) {
    const first = f32x4.relaxed_madd(v128.load(a + i), ps, v128.load(y + i));
    v128.store(y + i, f32x4.relaxed_madd(v128.load(b + i), qs, first));
  }
  for (; i < end; i += 4) store<f32>(y + i, load<f32>(y + i) + p * load<f32>(a + i) + q * load<f32>(b + i));
}

/**
 * How far ahead of what is computed with a byte is read, to be under way in time: a product of a long matrix is as fast as
 * memory gives it, and WebAssembly has no instruction that fetches.
 */
const ahead: usize = readAhead;

/** Bytes of four rows of a matrix with `n` columns. */
export function groupBytes(n: i32): usize {
  return (<usize>n) << (load<i32>(isHalf) === 1 ? 3 : 4);
}

/**
 * Four rows of a matrix times a vector of `n` numbers, a multiple of eight. The rows lie in pieces of eight numbers, a piece
 * of each in turn, so that memory is read in order. A row's sum is made in the same order in every call.
 * @param w address of the four rows, {@link groupBytes} long
 */
export function fourRows(w: usize, x: usize, n: i32): v128 {
  return load<i32>(isHalf) === 1 ? fourHalfRows(w, x, n) : fourFullRows(w, x, n);
}

/** Where the upper halves of four numbers are. */
const upperHalves = memory.data<u32>([0xffff0000, 0xffff0000, 0xffff0000, 0xffff0000], 16);

/** The bits of a bf16 number are the upper half of the same f32's: of eight, four lie in lower halves and four in upper ones. */
function fourHalfRows(w: usize, x: usize, n: i32): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let read: u32 = 0;
  // Loaded, since of a constant a copy would be made at each use.
  const upper = v128.load(upperHalves);
  for (const end = w + ((<usize>n) << 3); w < end; w += 64, x += 32) {
    read += load<u8>(w, ahead);
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const a = v128.load(w);
    a0 = f32x4.relaxed_madd(i32x4.shl(a, 16), x0, a0);
    a1 = f32x4.relaxed_madd(v128.and(a, upper), x1, a1);
    const b = v128.load(w, 16);
    b0 = f32x4.relaxed_madd(i32x4.shl(b, 16), x0, b0);
    b1 = f32x4.relaxed_madd(v128.and(b, upper), x1, b1);
    const c = v128.load(w, 32);
    c0 = f32x4.relaxed_madd(i32x4.shl(c, 16), x0, c0);
    c1 = f32x4.relaxed_madd(v128.and(c, upper), x1, c1);
    const d = v128.load(w, 48);
    d0 = f32x4.relaxed_madd(i32x4.shl(d, 16), x0, d0);
    d1 = f32x4.relaxed_madd(v128.and(d, upper), x1, d1);
  }
  if (read === u32.MAX_VALUE) store<u32>(spare, read);
  return together(total(a0, a1), total(b0, b1), total(c0, c1), total(d0, d1));
}

/** The same for f32, whatever the model has. */
export function fourFullRows(w: usize, x: usize, n: i32): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let read: u32 = 0;
  for (const end = w + ((<usize>n) << 4); w < end; w += 128, x += 32) {
    read += <u32>load<u8>(w, ahead) + load<u8>(w, ahead + 64);
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    a0 = f32x4.relaxed_madd(v128.load(w), x0, a0);
    a1 = f32x4.relaxed_madd(v128.load(w, 16), x1, a1);
    b0 = f32x4.relaxed_madd(v128.load(w, 32), x0, b0);
    b1 = f32x4.relaxed_madd(v128.load(w, 48), x1, b1);
    c0 = f32x4.relaxed_madd(v128.load(w, 64), x0, c0);
    c1 = f32x4.relaxed_madd(v128.load(w, 80), x1, c1);
    d0 = f32x4.relaxed_madd(v128.load(w, 96), x0, d0);
    d1 = f32x4.relaxed_madd(v128.load(w, 112), x1, d1);
  }
  if (read === u32.MAX_VALUE) store<u32>(spare, read);
  return together(total(a0, a1), total(b0, b1), total(c0, c1), total(d0, d1));
}
