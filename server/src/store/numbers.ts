type Numbers = Int32Array | Uint32Array | Float32Array | Float64Array;

/** The bytes of numbers, as they lie in memory (little-endian wherever this runs). */
export function toBlob(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Numbers from bytes; a copy, so that they are aligned. */
export function fromBlob<A extends Numbers>(
  kind: { new (buffer: ArrayBuffer): A; BYTES_PER_ELEMENT: number },
  blob: unknown,
): A {
  return new kind((blob as Uint8Array).slice().buffer as ArrayBuffer);
}
