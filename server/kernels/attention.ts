import { addScaled, dot } from "./dot";
import { angles, headDim, heads, kvHeads, pageTokens, qkv, rows, texts, window, z } from "./layout";
import { take } from "./work";

/** Attention in all rows, those heads that a thread takes, from queries, keys and values to z; new keys and values are kept. */
export function attend(layer: i32, scores: usize, thread: i32): void {
  const h = load<i32>(heads);
  const n = load<i32>(rows);
  // A row's heads after each other: they read the same keys.
  for (let piece = take(h * n, thread); piece !== 0; piece = take(h * n, thread))
    for (let i = <i32>piece, end = <i32>(piece >> 32); i < end; i++) attendHead(layer, i / h, i % h, scores);
}

function attendHead(layer: i32, row: i32, head: i32, scores: usize): void {
  const d = load<i32>(headDim);
  const h = load<i32>(heads);
  const kv = load<i32>(kvHeads);
  const group = head / (h / kv);
  const bytes = (<usize>d) << 2;
  const stride = bytes * kv;
  const line = <usize>load<u32>(qkv) + <usize>row * (h + 2 * kv) * bytes;
  const query = line + <usize>head * bytes;
  const half = stride * pageTokens;
  const list = <usize>load<u32>(<usize>load<u32>(texts) + ((<usize>row) << 3));
  const pages = load<i32>(<usize>load<u32>(texts) + ((<usize>row) << 3), 4);
  const own = <usize>group * bytes;

  // Every head of a group writes its new key and value: the same numbers, so it does not matter which comes last.
  const last = list + ((<usize>(pages - 1)) << 3);
  const place =
    <usize>load<u32>(last) + <usize>layer * 2 * half + <usize>(load<i32>(last, 4) - 1) * stride + own;
  rotate(line + <usize>(h + group) * bytes, place, row);
  memory.copy(place + half, line + <usize>(h + kv + group) * bytes, bytes);
  // The query is rotated in the thread's own memory, before the scores.
  rotate(query, scores, row);
  const q = scores;
  scores += bytes;

  const seen = count(list, pages);
  const first = load<i32>(window) === 0 ? 0 : max(0, seen - load<i32>(window));
  const scale: f32 = 1 / sqrt<f32>(<f32>d);
  let most: f32 = -f32.MAX_VALUE;
  let at = 0;
  for (let p = 0; p < pages; p++) {
    const keys = <usize>load<u32>(list + ((<usize>p) << 3)) + <usize>layer * 2 * half + own;
    for (let t = 0, tokens = load<i32>(list + ((<usize>p) << 3), 4); t < tokens; t++, at++) {
      if (at < first) continue;
      const score = dot(q, keys + <usize>t * stride, d) * scale;
      store<f32>(scores + ((<usize>at) << 2), score);
      most = max(most, score);
    }
  }
  let sum: f64 = 0;
  for (let t = first; t < seen; t++) {
    const e = NativeMathf.exp(load<f32>(scores + ((<usize>t) << 2)) - most);
    store<f32>(scores + ((<usize>t) << 2), e);
    sum += <f64>e;
  }
  const part: f32 = <f32>(1 / sum);
  const out = <usize>load<u32>(z) + (<usize>row * h + head) * bytes;
  memory.fill(out, 0, bytes);
  at = 0;
  for (let p = 0; p < pages; p++) {
    const tokens = load<i32>(list + ((<usize>p) << 3), 4);
    const values = <usize>load<u32>(list + ((<usize>p) << 3)) + <usize>layer * 2 * half + half + own;
    const weights = scores + ((<usize>at) << 2);
    // Two at a time; an odd one's partner is itself with no weight.
    for (let t = max(0, first - at); t < tokens; t += 2) {
      const a = values + <usize>t * stride;
      const isOdd = t + 1 === tokens;
      const q: f32 = isOdd ? 0 : load<f32>(weights + ((<usize>t) << 2), 4) * part;
      addScaled(out, a, load<f32>(weights + ((<usize>t) << 2)) * part, isOdd ? a : a + stride, q, d);
    }
    at += tokens;
  }
}

/** How many tokens a text has. */
function count(list: usize, pages: i32): i32 {
  let tokens = 0;
  for (let p = 0; p < pages; p++) tokens += load<i32>(list + ((<usize>p) << 3), 4);
  return tokens;
}

/** Rotates a head from one place to another: its first half with its second, as Llama has them. */
function rotate(head: usize, out: usize, row: i32): void {
  const half = (<usize>load<i32>(headDim)) << 1;
  const cos = <usize>load<u32>(angles) + <usize>row * 2 * half;
  const sin = cos + half;
  for (let i: usize = 0; i < half; i += 4) {
    const a = load<f32>(head + i);
    const b = load<f32>(head + i + half);
    const c = load<f32>(cos + i);
    const s = load<f32>(sin + i);
    store<f32>(out + i, a * c - b * s);
    store<f32>(out + i + half, b * c + a * s);
  }
}
