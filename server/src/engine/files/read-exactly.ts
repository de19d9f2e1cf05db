import { readSync } from "node:fs";

/** One read may not be longer than 2 GiB − 1; embedding tables and decoders in f32 can be. */
const sliceBytes = 2 ** 30;

/**
 * Reads `length` bytes from byte `position` of an open file.
 * @param slice most bytes of one read
 * @returns the bytes; null where the file ends before they do
 */
export function readExactly(
  fd: number,
  position: number,
  length: number,
  slice = sliceBytes,
): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(fd, bytes, done, Math.min(slice, length - done), position + done);
    if (read === 0) return null;
    done += read;
  }
  return bytes;
}
