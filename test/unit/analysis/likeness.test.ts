import { describe, expect, it } from "vitest";
import { answersOf, compared, descriptor, distances } from "../../../server/src/analysis/explore/alike.ts";
import { Catalogue } from "../../../server/src/analysis/explore/catalogue.ts";
import { findAlike } from "../../../server/src/analysis/explore/find-alike.ts";
import { likeness } from "../../../server/src/analysis/explore/likeness.ts";
import { Responder } from "../../../server/src/analysis/explore/responder.ts";
import type { Description, SaeInfo } from "../../../server/src/protocol/engine.ts";
import type { SaeResponses } from "../../../server/src/protocol/responses.ts";
import { analysed, prepared } from "./fixtures.ts";

/** Answers of latents, each a row of activations on the texts. */
function responses(activations: number[][], tokens = activations[0].map(() => 10)): SaeResponses {
  const rows = [0];
  const latents: number[] = [];
  const values: number[] = [];
  for (let t = 0; t < activations[0].length; t++) {
    activations.forEach((of, latent) => {
      if (of[t] === 0) return;
      latents.push(latent);
      values.push(of[t]);
    });
    rows.push(latents.length);
  }
  return {
    rows: Int32Array.from(rows),
    latents: Int32Array.from(latents),
    values: Float32Array.from(values),
    tokens: Int32Array.from(tokens),
  };
}

const [known] = analysed([{ text: "a" }]).description.saes;
const sae = (id: string, width: number, more: Partial<SaeInfo> = {}): SaeInfo => ({
  ...known,
  ...{ id, width, labels: new Map(), maximum: null, frequency: null },
  ...more,
});
const answer = (...saes: SaeResponses[]) => ({ setupId: "x", saes, logprobs: null });
const order = (values: Map<number, { rank: number }>) =>
  [...values].sort(([, a], [, b]) => a.rank - b.rank).map(([latent]) => latent);

describe("what example texts have in common", () => {
  const catalogue = new Catalogue(
    {
      saes: [
        sae("s", 5, {
          maximum: Float32Array.of(10, 10, 10, 10, 10),
          frequency: Float32Array.of(0.001, 0.5, 0.001, 0.001, 0.001),
        }),
      ],
    },
    new Map(),
  );

  it("is the rare latent that fires on all of them, before one that misses a text; dense and weak ones are none", () => {
    const found = likeness(
      catalogue,
      answer(
        responses([
          [8, 8, 8],
          [8, 8, 8],
          [1, 1, 1],
          [8, 8, 0],
          [0, 0, 0],
        ]),
      ),
    );
    expect(order(found)).toEqual([0, 3]);
    expect(found.get(3)?.activations).toEqual([8, 8, 0]);
  });

  it("weighs a text's length: in a long one more fires by chance", () => {
    const evidence = (tokens: number) =>
      likeness(catalogue, answer(responses([[8], [0], [0], [0], [0]], [tokens]))).get(0)!.rank;
    expect(evidence(1)).toBeLessThan(evidence(1000));
  });

  it("ranks latents of unknown frequency and maximum too", () => {
    const bare = new Catalogue({ saes: [sae("s", 2)] }, new Map());
    const found = likeness(
      bare,
      answer(
        responses([
          [3, 0],
          [2, 2],
        ]),
      ),
    );
    expect(order(found)).toEqual([1, 0]);
    for (const { rank } of found.values()) expect(Number.isFinite(rank)).toBe(true);
  });
});

describe("latents that answer alike", () => {
  const n = 40;
  const wave = (phase: number, scale = 1) =>
    Array.from({ length: n }, (_, t) => Math.max(0, scale * Math.sin(t + phase)));
  const sparse = [wave(0), wave(0, 7), wave(2), [1, ...Array.from({ length: n - 1 }, () => 0)]];

  it("does not see the scale, only the shape", () => {
    const table = responses(sparse);
    const wanted = descriptor(answersOf(table, 0).answers)!;
    const [found] = distances(wanted, answer(table));
    expect(found.get(0)).toBeCloseTo(0, 5);
    expect(found.get(1)).toBeCloseTo(0, 5);
    expect(found.get(2)).toBeGreaterThan(0.5);
    // One firing says nothing.
    expect(found.has(3)).toBe(false);
  });

  it("is the distance over the wanted one's strongest inputs, as written out", () => {
    const table = responses(sparse);
    const wanted = descriptor(wave(1))!;
    const other = descriptor(sparse[2])!;
    const top = [...wanted.keys()].sort((a, b) => wanted[b] - wanted[a]).slice(0, compared);
    const plain = Math.sqrt(top.reduce((sum, t) => sum + (wanted[t] - other[t]) ** 2, 0) / compared);
    expect(distances(wanted, answer(table))[0].get(2)).toBeCloseTo(plain, 5);
  });

  it("has nothing to compare where all answers are the same", () => {
    expect(descriptor([2, 2, 2])).toBeNull();
  });

  it("leaves out the latent itself, and refuses one that hardly ever fires", async () => {
    const description = { ...analysed([{ text: "a" }]).description, saes: [sae("s", 4)] } as Description;
    const analyser = {
      describeSetup: async () => description,
      respond: async () => ({ description, responses: answer(responses(sparse)) }),
    };
    const inputs = new URL("../../../assets/inputs/probe-inputs.txt", import.meta.url).pathname;
    const responder = new Responder(analyser, inputs);
    const document = prepared("a");
    const found = await findAlike(responder, document, { sae: "s", feature: 0 });
    expect([...found.distances[0].keys()].sort()).toEqual([1, 2]);
    expect(found.note).toMatch(/ProbeLog/);
    await expect(findAlike(responder, document, { sae: "s", feature: 3 })).rejects.toThrow(
      /fires on 1 of 40/,
    );
    await expect(findAlike(responder, document, { sae: "s", feature: 9 })).rejects.toThrow(/does not exist/);
  });
});
