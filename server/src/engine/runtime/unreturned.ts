import type { Device } from "../../protocol/engine.ts";

/**
 * Memory of accelerators that onnxruntime keeps. Its WebGPU gives the weights of a released session back only when no other
 * session of the process is left on the device (1.30, whatever its options say of caches; CUDA's were not looked at). So what was
 * released is counted, for those who can close everything at the right moment.
 */
class Unreturned {
  #open = 0;
  #bytes = 0;

  opened(device: Device): void {
    if (device === "webgpu") this.#open++;
  }

  /** @param bytes of the session's weights as f32 */
  released(device: Device, bytes: number): void {
    if (device !== "webgpu") return;
    this.#open--;
    this.#bytes = this.#open > 0 ? this.#bytes + bytes : 0;
  }

  /** Bytes that are held for nothing. */
  get bytes(): number {
    return this.#bytes;
  }
}

/** Of this process: all sessions share one device. */
export const unreturned = new Unreturned();
