import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Model } from "../../server/src/engine/models/model.ts";
import { type Encoded, Sae } from "../../server/src/engine/saes/sae.ts";
import {
  type LogprobFacts,
  layer8,
  layer15,
  modelFolder,
  readLogprobs,
  readPrompts,
  saeFolder,
  type TokenFacts,
} from "./material.ts";

// Facts: Transformers in f32 and SAELens' encode, on the same files (see the README beside them).

const tolerance = 1e-4;
// Missing material fails here, before any test could be left out.
const prompts = readPrompts();
const folder = modelFolder();
const cpu = { device: "cpu", threads: 2 } as const;
const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

let model: Model;
beforeAll(async () => {
  model = await Model.open(folder, cpu);
});
afterAll(() => model?.release());

async function residual(ids: number[], hook: string): Promise<(pos: number) => Float32Array> {
  const { captures } = await model.forward(Int32Array.from(ids), { capture: [hook] });
  const x = captures.get(hook)!;
  const d = model.config.dModel;
  return (pos) => x.subarray(pos * d, (pos + 1) * d);
}

const whole = (row: (pos: number) => Float32Array, length: number) =>
  Float32Array.from(Array.from({ length }, (_, pos) => [...row(pos)]).flat());

describe.each([layer15, layer8])("%s", (name) => {
  let sae: Sae;
  beforeAll(async () => {
    sae = await Sae.open(saeFolder(name), cpu);
  });
  afterAll(() => sae?.release());

  test.each([...prompts])("residual stream and features of %s", async (_title, prompt) => {
    const facts = prompt.saes[name].per_token;
    expect(facts.length).toBe(prompt.token_ids.length);
    const row = await residual(prompt.token_ids, sae.hook);
    const encoded = await sae.encode(whole(row, facts.length), facts.length);
    const wrong = facts.flatMap((fact) => [
      ...wrongResidual(fact, row(fact.pos)),
      ...wrongFeatures(fact, encoded),
    ]);
    expect(wrong).toEqual([]);
    // A latent within rounding of its threshold may flip: on rare tokens, one at a time.
    const changes = facts.map((fact) => Math.abs(encoded.tokens[fact.pos].indices.length - fact.l0));
    expect(Math.max(...changes)).toBeLessThanOrEqual(1);
    expect(changes.filter((change) => change > 0).length).toBeLessThanOrEqual(Math.ceil(facts.length / 100));
  });
});

test("the bf16 copy of the layer 15 SAE gives nearly the same features", async () => {
  const ids = prompts.get("passage_300")!.token_ids;
  const saes = [await Sae.open(saeFolder(layer15), cpu), await Sae.open(saeFolder(`${layer15}-bf16`), cpu)];
  expect(saes.map(({ dtype }) => dtype)).toEqual(["f32", "bf16"]);
  const x = whole(await residual(ids, saes[0].hook), ids.length);
  const [full, half] = [await saes[0].encode(x, ids.length), await saes[1].encode(x, ids.length)];
  for (const sae of saes) await sae.release();
  let both = 0;
  let all = 0;
  // Position 0 is outside what the SAE was trained on.
  for (let pos = 1; pos < ids.length; pos++) {
    const strongest = new Set(full.tokens[pos].indices.slice(0, 10));
    all += strongest.size;
    both += half.tokens[pos].indices.slice(0, 10).filter((latent) => strongest.has(latent)).length;
    const relative = Math.sqrt(half.squaredError[pos] / full.squaredError[pos]);
    expect(Math.abs(relative - 1), `error of token ${pos}`).toBeLessThan(0.02);
  }
  expect(both / all).toBeGreaterThan(0.97);
});

describe("log-probabilities", () => {
  test.each([...prompts])("of %s, in one pass and in chunks over a cache", async (title, prompt) => {
    const facts = readLogprobs()[title];
    const ids = Int32Array.from(prompt.token_ids);
    expect(facts.logprobs.length).toBe(ids.length - 1);
    const full = await model.forward(ids);
    expect(wrongLogprobs(facts, full.logprobs, full.topIds.slice(-10), full.topLogprobs.slice(-10))).toEqual(
      [],
    );
    const cache = model.newCache();
    const chunked: number[] = [];
    let last = full;
    for (let from = 0; from < ids.length; from += 24) {
      const to = Math.min(from + 24, ids.length);
      last = await model.forward(ids.subarray(from, to), { cache, nextId: ids[to] });
      chunked.push(...last.logprobs);
    }
    expect(wrongLogprobs(facts, chunked, last.topIds.slice(-10), last.topLogprobs.slice(-10))).toEqual([]);
  });
});

function wrongLogprobs(
  facts: LogprobFacts,
  logprobs: ArrayLike<number>,
  topIds: Int32Array,
  topLogprobs: Float32Array,
): string[] {
  const close = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
  const wrong = facts.logprobs.flatMap((value, i) =>
    close(logprobs[i], value) ? [] : [`token ${i + 1}: ${logprobs[i]} instead of ${value}`],
  );
  facts.next.forEach(([id, value], k) => {
    const tied = facts.next.some(([other, v]) => other === topIds[k] && close(v, value));
    if (!close(topLogprobs[k], value) || !tied)
      wrong.push(`place ${k}: id ${topIds[k]} at ${topLogprobs[k]} instead of ${id} at ${value}`);
  });
  return wrong;
}

function wrongResidual(fact: TokenFacts, row: Float32Array): string[] {
  const off = norm(fact.x_first8.map((value, i) => value - row[i])) / fact.x_norm;
  const offNorm = Math.abs(norm(row) - fact.x_norm) / fact.x_norm;
  return off <= tolerance && offNorm <= tolerance
    ? []
    : [`token ${fact.pos}: residual off by ${off}, norm ${offNorm}`];
}

function wrongFeatures(fact: TokenFacts, encoded: Encoded): string[] {
  const wrong: string[] = [];
  const { indices, values } = encoded.tokens[fact.pos];
  const found = new Map(Array.from(indices, (latent, j) => [latent, values[j]]));
  const off = norm(fact.topk.map(([latent, value]) => value - (found.get(latent) ?? 0)));
  const size = norm(fact.topk.map(([, value]) => value));
  if (!(off <= tolerance * size)) wrong.push(`token ${fact.pos}: activations off by ${off / size}`);
  // What is among the strongest here must be stored, or tie with the weakest that is.
  const stored = new Set(fact.topk.map(([latent]) => latent));
  const weakest = fact.topk.at(-1)?.[1] ?? 0;
  for (let j = 0; j < fact.topk.length; j++)
    if (!stored.has(indices[j]) && values[j] > weakest * (1 + tolerance))
      wrong.push(`token ${fact.pos}: latent ${indices[j]} at ${values[j]} is not among the stored`);
  const error = Math.abs(Math.sqrt(encoded.squaredError[fact.pos]) - Math.sqrt(fact.recon_sq_err));
  if (!(error <= tolerance * fact.x_norm))
    wrong.push(`token ${fact.pos}: reconstruction error off by ${error}`);
  return wrong;
}
