import { describe, expect, it } from "vitest";
import { EngineError } from "../../../server/src/engine/errors.ts";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { GenerateParams, SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { asked, assets, engine, everywhere, never } from "../../parity/steering/engine.ts";

const service = engine();
const hook = "blocks.3.hook_resid_post";
const setup = { saes: ["resid_post_1", "resid_post_3", "resid_post_5"] };
const [early, here, late] = [0, 1, 2];
const vector = (value: number, width = 192) => new Float32Array(width).fill(value);

const edit = (more: Partial<SteeringEdit>): SteeringEdit => ({
  hook,
  operation: "add",
  directions: [{ direction: { kind: "latent", sae: here, latent: 5 }, weight: 1 }],
  amount: 0.5,
  unit: "residual",
  onlyFiring: false,
  where: everywhere,
  when: [],
  ...more,
});
const along = (...vectors: Float32Array[]): SteeringEdit["directions"] =>
  vectors.map((it) => ({ direction: { kind: "vector", vector: it }, weight: 1 }));

const write = (more: Partial<GenerateParams>, by = service) =>
  by.generate(
    asked({ ...setup, maxTokens: 2, ...more }),
    () => {},
    () => {},
    never,
  );

/** The code of the problem that a request ends with, which must say what to do. */
async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("it succeeded"),
    (it) => it,
  );
  if (!(error instanceof EngineError)) throw error;
  expect(error.problem.message).toMatch(/\.$/);
  expect(error.problem.remedy).toMatch(/\.$/);
  return error.problem.code;
}

describe("an edit that does not fit", () => {
  it.each<[string, string, Partial<SteeringEdit>]>([
    ["a strength that is no number", "strength-invalid", { amount: Number.NaN }],
    ["an infinite strength", "strength-invalid", { amount: Number.POSITIVE_INFINITY, operation: "clamp" }],
    ["the mean as a strength", "strength-invalid", { amount: "mean" }],
    ["ablation to something else", "strength-invalid", { amount: 2, operation: "ablate" }],
    [
      "a latent beyond the SAE",
      "direction-unknown",
      { directions: [{ direction: { kind: "latent", sae: here, latent: 1536 }, weight: 1 }] },
    ],
    [
      "an SAE that is not there",
      "direction-unknown",
      { directions: [{ direction: { kind: "latent", sae: 3, latent: 0 }, weight: 1 }] },
    ],
    [
      "a token beyond the vocabulary",
      "direction-unknown",
      { directions: [{ direction: { kind: "token", id: 2560 }, weight: 1 }] },
    ],
    ["a layer that is not there", "hook-unknown", { hook: "blocks.6.hook_resid_post" }],
    ["a hook point inside the heads", "hook-unknown", { hook: "blocks.3.attn.hook_z" }],
    [
      "something read from what a block adds",
      "hook-unknown",
      { hook: "blocks.3.hook_mlp_out", operation: "project", directions: along(vector(1)) },
    ],
    ["no hook point", "hook-unknown", { hook: "residual" }],
    ["a vector of another width", "vector-width", { directions: along(vector(1, 191)) }],
    ["a vector of zeros", "direction-zero", { directions: along(vector(0)) }],
    ["a vector that is not finite", "direction-zero", { directions: along(vector(Number.NaN)) }],
    ["a sum that cancels", "direction-zero", { directions: along(vector(1), vector(-1)) }],
    ["the maximum of a vector", "unit-unknown", { unit: "maximum", directions: along(vector(1)) }],
    ["a condition at a later hook point", "condition-later", { when: [{ sae: late, latent: 1, above: 0 }] }],
    [
      "a condition on an unknown latent",
      "direction-unknown",
      { when: [{ sae: early, latent: -1, above: 0 }] },
    ],
  ])("%s", async (_name, code, more) => {
    expect(await problemOf(write({ steering: [edit({}), edit(more)] }))).toBe(code);
  });

  it("does not keep the engine from the next request", async () => {
    await problemOf(write({ steering: [edit({ amount: Number.NaN })] }));
    expect((await write({ steering: [edit({})] })).samples[0].ids).toHaveLength(2);
  });
});

describe("a prompt that cannot be continued", () => {
  it("is empty, or fills the context", async () => {
    const said = (text: string) => write({ messages: [{ role: null, text }] });
    expect(await problemOf(said(""))).toBe("prompt-empty");
    expect(await problemOf(said("mill ".repeat(600)))).toBe("prompt-too-long");
  });

  it("may end just before the context does, and is then continued by what is left", async () => {
    const { promptIds } = await write({
      messages: [{ role: null, text: " mill".repeat(510) }],
      maxTokens: 1,
    });
    const room = 512 - promptIds.length;
    const { samples } = await write({
      messages: [{ role: null, text: " mill".repeat(510) }],
      maxTokens: 100,
    });
    expect(samples[0].ids.length).toBeLessThanOrEqual(room);
    expect(["context", "stop-token"]).toContain(samples[0].end);
  });
});

it("edits that read the stream are refused where there is no memory for a second copy of the weights", async () => {
  const small = new EngineService({ memoryBudgetMB: 16, threads: 1, assets, cache: "" });
  const clamp = edit({ operation: "clamp", unit: "raw", directions: along(vector(1)) });
  expect(await problemOf(write({ saes: [], steering: [clamp] }, small))).toBe("memory-budget");
  const addition = edit({ directions: along(vector(1)), unit: "raw" });
  expect((await write({ saes: [], steering: [addition] }, small)).samples[0].ids).toHaveLength(2);
});
