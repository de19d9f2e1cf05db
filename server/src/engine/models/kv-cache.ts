/**
 * Keys and values of the tokens seen so far, one growing buffer a layer, token-major `[tokens, kvHeads·headDim]`:
 * appending copies only new rows, and any shorter prefix is a view.
 */
export class KvCache {
  readonly width: number;
  readonly #keys: Float32Array[];
  readonly #values: Float32Array[];
  length = 0;

  constructor(layers: number, width: number) {
    this.width = width;
    this.#keys = Array.from({ length: layers }, () => new Float32Array(0));
    this.#values = Array.from({ length: layers }, () => new Float32Array(0));
  }

  keys(layer: number): Float32Array {
    return this.#keys[layer].subarray(0, this.length * this.width);
  }

  values(layer: number): Float32Array {
    return this.#values[layer].subarray(0, this.length * this.width);
  }

  /** Appends rows `[T, width]` of every layer; call once a layer, then {@link advance}. */
  append(layer: number, keys: Float32Array, values: Float32Array): void {
    this.#keys[layer] = put(this.#keys[layer], this.length * this.width, keys);
    this.#values[layer] = put(this.#values[layer], this.length * this.width, values);
  }

  /** Appends rows of all layers one behind the other, `[2 · layers, T, width]`, as {@link packed} has them. */
  appendPacked(all: Float32Array): void {
    const size = all.length / (2 * this.#keys.length);
    for (let layer = 0; layer < this.#keys.length; layer++) {
      const at = 2 * layer * size;
      this.append(layer, all.subarray(at, at + size), all.subarray(at + size, at + 2 * size));
    }
  }

  advance(tokens: number): void {
    this.length += tokens;
  }

  /** Forgets all but the first `length` tokens. */
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  /** The first `length` tokens as they are now: a view to read from, which is not to be appended to. */
  prefix(length: number): KvCache {
    const view = new KvCache(0, this.width);
    view.#keys.push(...this.#keys);
    view.#values.push(...this.#values);
    view.length = Math.min(this.length, length);
    return view;
  }

  /** Keys and values of all layers one behind the other, `[2 · layers, length, width]`. */
  packed(): Float32Array {
    const size = this.length * this.width;
    const all = new Float32Array(2 * this.#keys.length * size);
    for (let layer = 0; layer < this.#keys.length; layer++) {
      all.set(this.keys(layer), 2 * layer * size);
      all.set(this.values(layer), (2 * layer + 1) * size);
    }
    return all;
  }

  /** Bytes held. */
  get bytes(): number {
    return [...this.#keys, ...this.#values].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }
}

function put(buffer: Float32Array, at: number, rows: Float32Array): Float32Array {
  const needed = at + rows.length;
  let target = buffer;
  if (needed > buffer.length) {
    target = new Float32Array(Math.max(needed, Math.ceil(buffer.length * 1.5)));
    target.set(buffer.subarray(0, at));
  }
  target.set(rows, at);
  return target;
}
