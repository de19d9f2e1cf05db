import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { readExactly } from "../../../server/src/engine/files/read-exactly.ts";
import { readF32, readHeader } from "../../../server/src/engine/weights/safetensors.ts";
import { writeSafetensors } from "./damage.ts";

/** Longest read that was asked for. */
const asked = vi.hoisted(() => ({ longest: 0 }));

vi.mock("node:fs", async (importActual) => {
  const actual = await importActual<typeof import("node:fs")>();
  // Long reads only pretend, so that gigabytes of zeros are never touched; as Node's own, they end below 2 GiB.
  const readSync = (fd: number, bytes: Uint8Array, at: number, length: number, position: number) => {
    asked.longest = Math.max(asked.longest, length);
    if (length >= 2 ** 31) throw new RangeError(`The value of "length" is out of range: ${length}`);
    return length > 2 ** 20 ? length : actual.readSync(fd, bytes, at, length, position);
  };
  return { ...actual, readSync };
});

const scratch = mkdtempSync(join(tmpdir(), "steerscope-large-"));
afterAll(() => rmSync(scratch, { recursive: true }));

it("a tensor of 2.4 GB is read in reads of at most 1 GiB", () => {
  const file = join(scratch, "large.safetensors");
  const bytes = 2_400_000_000;
  writeSafetensors(file, { w: { dtype: "F32", shape: [bytes / 4], data_offsets: [0, bytes] } });
  truncateSync(file, statSync(file).size + bytes);
  asked.longest = 0;
  expect(readF32(readHeader(file, "model").tensors.get("w")!).length).toBe(bytes / 4);
  expect(asked.longest).toBe(2 ** 30);
});

it.each([
  [0, 10, 3, "0123456789"],
  [4, 6, 3, "456789"],
  [4, 6, 100, "456789"],
  [3, 0, 3, ""],
  [0, 11, 3, null],
  [9, 2, 1, null],
  [10, 1, 1, null],
])("from byte %d, %d bytes in slices of %d are %j", (position, length, slice, text) => {
  const file = join(scratch, "digits");
  writeFileSync(file, "0123456789");
  const fd = openSync(file, "r");
  const bytes = readExactly(fd, position, length, slice);
  closeSync(fd);
  expect(bytes && Buffer.from(bytes).toString()).toBe(text);
});
