/** A firing as a store keeps it. */
export interface StoredFiring {
  /** Smaller is better: minus the activation, or what the sample is drawn by. */
  key: number;
  /** Id of the window in the store, and the token's place in it. */
  window: number;
  position: number;
  activation: number;
  /** UTF-16 place in the record's text; null for a token that stands in no text. */
  range: { start: number; end: number } | null;
  /** The latent's activations around it: places relative to the token, itself included. */
  offsets: Int8Array;
  activations: Float32Array;
}

/** key, window, position, activation, start, end, number of activations */
const headBytes = 8 + 8 + 4 + 4 + 4 + 4 + 1;

/** One firing as bytes, little-endian. */
export function encodeFiring(firing: StoredFiring): Uint8Array {
  const n = firing.offsets.length;
  const bytes = new Uint8Array(headBytes + 5 * n);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, firing.key, true);
  view.setFloat64(8, firing.window, true);
  view.setInt32(16, firing.position, true);
  view.setFloat32(20, firing.activation, true);
  view.setInt32(24, firing.range?.start ?? -1, true);
  view.setInt32(28, firing.range?.end ?? -1, true);
  view.setUint8(32, n);
  for (let i = 0; i < n; i++) {
    view.setInt8(headBytes + i, firing.offsets[i]);
    view.setFloat32(headBytes + n + 4 * i, firing.activations[i], true);
  }
  return bytes;
}

/** The firings of a blob, in order. */
export function decodeFirings(blob: Uint8Array | null): StoredFiring[] {
  return [...entriesOf(blob)].map(({ key, bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const n = view.getUint8(32);
    const start = view.getInt32(24, true);
    return {
      key,
      window: view.getFloat64(8, true),
      position: view.getInt32(16, true),
      activation: view.getFloat32(20, true),
      range: start < 0 ? null : { start, end: view.getInt32(28, true) },
      offsets: Int8Array.from({ length: n }, (_, i) => view.getInt8(headBytes + i)),
      activations: Float32Array.from({ length: n }, (_, i) => view.getFloat32(headBytes + n + 4 * i, true)),
    };
  });
}

interface Entry {
  key: number;
  bytes: Uint8Array;
}

function* entriesOf(blob: Uint8Array | null): Generator<Entry> {
  if (!blob) return;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  for (let at = 0; at < blob.length; ) {
    const end = at + headBytes + 5 * view.getUint8(at + 32);
    yield { key: view.getFloat64(at, true), bytes: blob.subarray(at, end) };
    at = end;
  }
}

/** The first firings of a blob, as one. */
export function firstFirings(blob: Uint8Array | null, count: number): Uint8Array | null {
  return blob && Buffer.concat([...entriesOf(blob)].slice(0, count).map(({ bytes }) => bytes));
}

export interface Merged {
  blob: Uint8Array;
  /** No later firing with a key from this on can still be taken. */
  cut: number;
  changed: boolean;
}

/**
 * The `limit` best of those kept before and of new ones; of equal keys the earlier stays.
 * @param fresh keys in ascending order, and what makes the firing at an index
 */
export function mergeFirings(
  before: Uint8Array | null,
  fresh: { keys: ArrayLike<number>; make: (index: number) => StoredFiring },
  limit: number,
): Merged {
  const old = [...entriesOf(before)];
  const merged: Entry[] = [];
  let [o, f] = [0, 0];
  while (merged.length < limit && (o < old.length || f < fresh.keys.length)) {
    const takeOld = o < old.length && (f >= fresh.keys.length || old[o].key <= fresh.keys[f]);
    if (takeOld) merged.push(old[o++]);
    else {
      merged.push({ key: fresh.keys[f], bytes: encodeFiring(fresh.make(f)) });
      f++;
    }
  }
  const cut = merged.length < limit ? Number.POSITIVE_INFINITY : merged[limit - 1].key;
  return { blob: Buffer.concat(merged.map(({ bytes }) => bytes)), cut, changed: f > 0 };
}
