import { vi } from "vitest";

/**
 * Lets models that are written for an accelerator run on the CPU: what stands in for `onnxruntime-node`, by `vi.mock`. Their graph,
 * and what it is fed, is then tested anywhere; the accelerator's own kernels are not.
 */
export async function withoutAccelerator() {
  const actual = await vi.importActual<typeof import("onnxruntime-node")>("onnxruntime-node");
  const create = (bytes: Uint8Array, options: object) =>
    actual.InferenceSession.create(bytes, { ...options, executionProviders: ["cpu"] });
  return { ...actual, InferenceSession: { create } };
}
