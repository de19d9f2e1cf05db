import { attend } from "./attention";
import { barrier } from "./barrier";
import * as at from "./layout";
import { gated } from "./mlp";
import { multiply } from "./multiply";
import { rmsNorm } from "./norm";
import { groupsOf, project, projectInto } from "./project";
import { sumUp } from "./sums";
import { take } from "./work";

/** What one thread does of a pass; all threads come here with the same work. */
export function run(thread: i32): void {
  const own = <usize>load<u32>(<usize>load<u32>(at.scratch) + ((<usize>thread) << 2));
  // Read now: behind the last barrier the host may be writing down what comes next.
  const job = load<i32>(at.job);
  if (job === at.sideProduct) {
    multiply(thread);
    barrier(thread);
    return;
  }
  for (let block = load<i32>(at.from), end = load<i32>(at.to); block < end; block++) {
    const layer = block >> 1;
    const table = <usize>load<u32>(at.layerTable) + <usize>layer * at.layerBytes;
    if ((block & 1) === 0) attentionBlock(layer, table, own, thread);
    else mlpBlock(table, own, thread);
    // The next one, or an edit, reads what all have written.
    barrier(thread);
  }
  if (job === at.blocksAndHead) head(own, thread);
}

function attentionBlock(layer: i32, table: usize, own: usize, thread: i32): void {
  const d = load<i32>(at.dModel);
  const q = load<i32>(at.heads) * load<i32>(at.headDim);
  const kv = load<i32>(at.kvHeads) * load<i32>(at.headDim);
  const width = q + 2 * kv;
  const out = <usize>load<u32>(at.qkv);
  const keys = out + ((<usize>q) << 2);
  const values = keys + ((<usize>kv) << 2);
  rmsNorm(load<u32>(table, at.attentionNorm), own);
  const qs = groupsOf(q);
  const kvs = groupsOf(kv);
  const all = qs + 2 * kvs;
  for (let piece = take(all, thread); piece !== 0; piece = take(all, thread)) {
    const from = <i32>piece;
    const to = <i32>(piece >> 32);
    heads(table + at.qWeight, table + at.qBias, own, out, q, width, from, to);
    heads(table + at.kWeight, table + at.kBias, own, keys, kv, width, from - qs, to - qs);
    heads(table + at.vWeight, table + at.vBias, own, values, kv, width, from - qs - kvs, to - qs - kvs);
  }
  barrier(thread);
  attend(layer, own + ((<usize>load<i32>(at.rows) * d) << 2), thread);
  barrier(thread);
  const z = <usize>load<u32>(at.z);
  projectInto(load<u32>(table, at.oWeight), load<u32>(table, at.oBias), z, q, load<u32>(at.x), d, thread);
}

/** Queries, keys or values of some groups. @param weight and {@link bias} where the addresses of those stand */
function heads(
  weight: usize,
  bias: usize,
  v: usize,
  y: usize,
  outputs: i32,
  width: i32,
  from: i32,
  to: i32,
): void {
  project(load<u32>(weight), load<u32>(bias), v, load<i32>(at.dModel), y, outputs, width, from, to);
}

function mlpBlock(table: usize, own: usize, thread: i32): void {
  const d = load<i32>(at.dModel);
  const mlp = load<i32>(at.dMlp);
  rmsNorm(load<u32>(table, at.mlpNorm), own);
  gated(table, own, thread);
  barrier(thread);
  const hidden = <usize>load<u32>(at.hidden);
  projectInto(
    load<u32>(table, at.downWeight),
    load<u32>(table, at.downBias),
    hidden,
    mlp,
    load<u32>(at.x),
    d,
    thread,
  );
}

function head(own: usize, thread: i32): void {
  const n = load<i32>(at.vocabulary);
  const logits = <usize>load<u32>(at.logits);
  rmsNorm(load<u32>(at.finalNorm), own);
  const groups = groupsOf(n);
  for (let piece = take(groups, thread); piece !== 0; piece = take(groups, thread))
    project(
      load<u32>(at.unembedding),
      0,
      own,
      load<i32>(at.dModel),
      logits,
      n,
      n,
      <i32>piece,
      <i32>(piece >> 32),
    );
  barrier(thread);
  sumUp(thread);
  barrier(thread);
}
