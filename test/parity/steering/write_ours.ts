import { join } from "node:path";
import { writeVectors } from "../../../server/src/steering/vectors/write.ts";

/** Writes what `make_vectors.py` then reads with others' readers: node test/parity/steering/write_ours.ts */
export const ours = {
  facts: { model: "tinytown", unit: "raw", method: "caa", made: "2026-01-01" },
  metadata: { family: "llama", pairs: "12", note: "naïve – 日本" },
  vectors: [3, 1].map((layer) => ({
    hook: `blocks.${layer}.hook_resid_post`,
    // Not a multiple of 8, so that the format's padding is there.
    vector: Float32Array.from({ length: 11 }, (_, i) =>
      Math.fround(Math.sin(layer * 100 + i) * 10 ** (i - 5)),
    ),
  })),
};

if (import.meta.main)
  for (const format of ["gguf", "safetensors"])
    writeVectors(join(import.meta.dirname, "facts", `ours.${format}`), ours);
