import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Decomposed, DecomposeParams } from "../../../server/src/protocol/decompose.ts";
import type { PoolParams } from "../../../server/src/protocol/steering.ts";
import { decomposeVector } from "../../../server/src/steering/methods/decompose.ts";
import { warningsOf } from "../../../server/src/steering/methods/decompose-warnings.ts";
import { readVectors } from "../../../server/src/steering/vectors/read.ts";

const facts = join(import.meta.dirname, "../../parity/steering/facts");
const file = readVectors(join(facts, "ours.gguf"));
const setup = { model: "tinytown", saes: ["s"], device: "cpu" as const };

const encoding = (...latents: number[]) => ({
  latents: Int32Array.from(latents),
  activations: Float32Array.from(latents, (latent) => latent / 2),
  ...{ cosine: 0.5, fvu: 20, fvuWithoutBias: 0.75 },
});
const answer: Decomposed = {
  ...{ setupId: "id", norm: 2, medianNorm: 10, alsoOnZero: 1, alsoScaled: 0 },
  direct: encoding(8, 4),
  scaled: encoding(6),
  negative: { share: 0.25, latents: Int32Array.of(3), cosines: Float32Array.of(-0.5) },
  contrast: { latents: Int32Array.of(4), differences: Float32Array.of(-2), cosine: 0.125, shared: 1 },
  pursuit: {
    latents: Int32Array.of(8, 3),
    coefficients: Float32Array.of(1.5, -1),
    residuals: Float32Array.of(1, 0.5, 0.25),
  },
};

/** An engine whose one SAE is at a hook point, and which pools a text as its length. */
function fake(hook: string) {
  const asked: { pooled: PoolParams[]; decomposed: DecomposeParams[] } = { pooled: [], decomposed: [] };
  const sae = { id: "s", hook, width: 9, labels: new Map([[8, { text: "mood", maker: "m" }]]) };
  const host = {
    describe: async () => ({ setupId: "id", model: { id: "tinytown", dModel: 1 }, saes: [sae] }),
    pool: async (params: PoolParams) => {
      asked.pooled.push(params);
      const row = Float32Array.from(params.texts, ([{ text }]) => text.length);
      return { setupId: "id", rows: new Map([[hook, row]]) };
    },
    decompose: async (params: DecomposeParams) => {
      asked.decomposed.push(params);
      return answer;
    },
  } as unknown as EngineHost;
  return { host, asked };
}

describe("a vector of a file", () => {
  it("is the one at the SAE's hook point, told with labels, beside its texts pooled as it was made", async () => {
    const { host, asked } = fake("blocks.3.hook_resid_post");
    const contrast = { positive: ["aaa", "b"], negative: ["cc"], paired: false };
    const pooledAs = { ...file, metadata: { ...file.metadata, pool: "mean" } };
    const result = await decomposeVector(host, { setup, file: pooledAs, atoms: 2, contrast }, () => {});
    const [{ vector, contrast: rows, atoms, sae }] = asked.decomposed;
    expect(vector).toEqual(file.vectors.find(({ name }) => name === "direction.3")!.vector);
    expect({ atoms, sae }).toEqual({ atoms: 2, sae: 0 });
    expect(rows).toEqual({ positive: Float32Array.of(3, 1), negative: Float32Array.of(2) });
    expect(asked.pooled.map(({ pool }) => pool)).toEqual(["mean", "mean"]);
    expect(result).toMatchObject({
      file: file.path,
      vector: { name: "direction.3", hook: "blocks.3.hook_resid_post" },
      direct: {
        latents: [
          { latent: 8, value: 4, label: "mood" },
          { latent: 4, value: 2, label: null },
        ],
        cosine: 0.5,
      },
      negative: { share: 0.25, latents: [{ latent: 3, value: -0.5, label: null }] },
      contrast: { latents: [{ latent: 4, value: -2, label: null }], cosine: 0.125, shared: 1 },
      pursuit: [
        { latent: 8, value: 1.5, label: "mood", residual: 0.5 },
        { latent: 3, value: -1, label: null, residual: 0.25 },
      ],
    });
    expect(Object.keys(result)).not.toContain("setupId");
  });

  it("that has none there is refused with what it has, before the engine is asked", async () => {
    const { host, asked } = fake("blocks.5.hook_resid_post");
    await expect(decomposeVector(host, { setup, file, atoms: 2, contrast: null }, () => {})).rejects.toThrow(
      "holds no vector for blocks.5.hook_resid_post; it has direction.1 (blocks.1.hook_resid_post)",
    );
    expect(asked.decomposed).toEqual([]);
  });
});

describe("warnings", () => {
  it("are sentences with the vector's own figures", () => {
    expect(warningsOf(answer)).toEqual([
      "The SAE was made for residuals of a usual norm of 10.0; this vector has 2.00 (20 %).",
      "Its encoder finds 2 latents, of which 1 fires on the zero vector as well: the encoder's bias makes them, not the vector.",
      "What they add up to has a cosine of 0.50 with the vector (FVU 0.750; 20.0 with the decoder's bias).",
      "Scaled to the usual norm the vector gives 1 latent, and 0 of the 2 are among them.",
      "25 % of its squared projections on decoder directions are negative ones, which no activation can say.",
      "With the difference of mean activations on the texts it was made from, the encoding has a cosine of 0.13, and 1 of 2 latents in common.",
    ]);
    const silent = { ...answer, direct: encoding(), contrast: null };
    expect(warningsOf(silent)).toEqual([
      expect.stringContaining("20 %"),
      "Its encoder finds no latent in the vector.",
      expect.stringContaining("25 %"),
    ]);
  });
});
