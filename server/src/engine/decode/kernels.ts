import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { firstLine } from "../errors.ts";
import { KernelsUnavailable } from "./unavailable.ts";

/** What the compiled kernels (`server/kernels/`) offer. */
export interface Kernels {
  /** Does the pass that the shared words describe, with all helpers; traps where one of them does not come. */
  pass(): void;
  /** Ends the helpers. */
  end(): void;
  /** First address that is free. */
  heapBase(): number;
}

/** Beside the source, and beside the bundle. */
const places = ["./generated/kernels.wasm", "./kernels.wasm"];

/** @throws KernelsUnavailable where the file is missing, or this machine's WebAssembly lacks threads or relaxed SIMD */
export function compileKernels(): WebAssembly.Module {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const path = paths.find((it) => existsSync(it));
  if (!path) throw new KernelsUnavailable("kernels.wasm is missing", true);
  try {
    return new WebAssembly.Module(new Uint8Array(readFileSync(path)));
  } catch (error) {
    throw new KernelsUnavailable(firstLine(error), true);
  }
}

export function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const env = { memory, abort: () => {} };
  return new WebAssembly.Instance(module, { env }).exports as unknown as Kernels;
}
