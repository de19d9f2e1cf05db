import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the compiled kernels (`server/kernels/`) offer. */
export interface Kernels {
  /** Does the pass that the shared words describe, with all helpers. */
  pass(): void;
  /** Ends the helpers. */
  end(): void;
  /** First address that is free. */
  heapBase(): number;
}

/** Beside the source, and beside the bundle. */
const places = ["./generated/kernels.wasm", "./kernels.wasm"];

/** @throws where the file is missing, or this machine's WebAssembly lacks threads or relaxed SIMD */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readNearest());
}

export function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const env = { memory, abort: () => {} };
  return new WebAssembly.Instance(module, { env }).exports as unknown as Kernels;
}

function readNearest(): Uint8Array<ArrayBuffer> {
  for (const place of places) {
    try {
      return new Uint8Array(readFileSync(fileURLToPath(new URL(place, import.meta.url))));
    } catch {}
  }
  throw new Error("kernels.wasm is missing.");
}
