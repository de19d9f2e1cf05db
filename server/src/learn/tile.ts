/**
 * The nine inner products of three runs with three, into `found` `[3 · 3]`: nine sums stay in registers, so that six reads make
 * nine products.
 * @param p holds all runs @param a where the first of three begins @param u where the first of the other three does
 * @param stride from one run to the next @param length of a run
 */
export function tile(
  p: Float64Array,
  a: number,
  u: number,
  stride: number,
  length: number,
  found: Float64Array,
): void {
  const b = a + stride;
  const c = b + stride;
  const v = u + stride;
  const w = v + stride;
  let au = 0;
  let av = 0;
  let aw = 0;
  let bu = 0;
  let bv = 0;
  let bw = 0;
  let cu = 0;
  let cv = 0;
  let cw = 0;
  for (let k = 0; k < length; k++) {
    const x = p[a + k];
    const y = p[b + k];
    const z = p[c + k];
    const q = p[u + k];
    const r = p[v + k];
    const s = p[w + k];
    au += x * q;
    av += x * r;
    aw += x * s;
    bu += y * q;
    bv += y * r;
    bw += y * s;
    cu += z * q;
    cv += z * r;
    cw += z * s;
  }
  found[0] = au;
  found[1] = av;
  found[2] = aw;
  found[3] = bu;
  found[4] = bv;
  found[5] = bw;
  found[6] = cu;
  found[7] = cv;
  found[8] = cw;
}
