import { setTimeout as sleep } from "node:timers/promises";
import { mix } from "../../../server/src/engine/mix.ts";
import { Gatherer } from "../../../server/src/engine/scan/gather.ts";
import type { Description, Setup } from "../../../server/src/protocol/engine.ts";
import type {
  FeatureWeightsParams,
  ScanIdentity,
  ScanShardParams,
  ShardResult,
  WeightFacts,
} from "../../../server/src/protocol/scan.ts";
import type { FeatureScoresParams, ScoreFacts } from "../../../server/src/protocol/scores.ts";

export const width = 48;
const shownTokens = 40;

/** Stands for the engine: one token a character, and activations that are drawn from places alone. */
export class FakeEngine {
  sha256 = "aa";
  setupId = "fake";
  /** Latents that were scored, in order. */
  readonly scored: number[] = [];
  readonly #delay: number;

  constructor(delay = 0) {
    this.#delay = delay;
  }

  scanned(): void {}

  async describe({ model }: Pick<Setup, "model">): Promise<Description> {
    const labels = new Map([
      [3, { text: "a word that begins with b", maker: "somebody", f1: 0.5 }],
      [5, { text: "rain", maker: "tinytown ground truth", f1: 0.9, from: 0.25 }],
    ]);
    const sae = {
      id: "fake",
      path: "",
      hook: "blocks.0.hook_resid_post",
      architecture: "standard",
      width,
      conventions: ["Made up."],
      check: { l0: null, fvu: null, declaredL0: null, verdict: "unknown" as const },
      labels,
      maximum: null,
      frequency: null,
      frequencySource: null,
    };
    const info = { id: model, contextLength: 32 } as Description["model"];
    return { setupId: this.setupId, model: info, saes: [sae], loadMs: 0 };
  }

  async identify({ model }: Pick<Setup, "model">): Promise<ScanIdentity> {
    const sae = { id: "fake", hook: "blocks.0.hook_resid_post", width, sha256: "bb" };
    return { model: { id: model, sha256: this.sha256 }, saes: [sae] };
  }

  async scanShard({ shard, documents, maxTokens, seed, context }: ScanShardParams): Promise<ShardResult> {
    await sleep(this.#delay);
    const gatherer = new Gatherer(width, seed);
    const windows: ShardResult["windows"] & { rows: Int32Array } = {
      document: Int32Array.from(documents, ({ number }) => number),
      first: new Int32Array(documents.length),
      rows: new Int32Array(documents.length + 1),
      ids: new Int32Array(0),
      message: new Int32Array(0),
      start: new Int32Array(0),
      end: new Int32Array(0),
    };
    const ids: number[] = [];
    const places: number[] = [];
    const texts = new Map<number, string>();
    documents.forEach(({ number, messages: [{ text }] }, w) => {
      const left = (maxTokens ?? Number.POSITIVE_INFINITY) - ids.length;
      const length = Math.max(0, Math.min(shownTokens, context, text.length, left));
      for (let t = 0; t < length; t++) {
        ids.push(text.charCodeAt(t));
        places.push(t);
        texts.set(text.charCodeAt(t), text[t]);
      }
      windows.rows[w + 1] = ids.length;
      gatherer.add(
        { document: number, first: 0 },
        Array.from({ length }, (_, t) => (t === 0 ? null : rowOf(number, t))),
      );
    });
    windows.ids = Int32Array.from(ids);
    windows.message = new Int32Array(ids.length);
    windows.start = Int32Array.from(places);
    windows.end = windows.start.map((place) => place + 1);
    return {
      shard,
      setupId: this.setupId,
      tokens: ids.length,
      windows,
      saes: [gatherer.finish()],
      texts,
    };
  }

  async featureWeights({ from, to }: FeatureWeightsParams): Promise<WeightFacts> {
    const n = to - from;
    const list = { ids: new Int32Array(n).fill(65), logits: new Float32Array(n).fill(1) };
    return {
      convention: "Made up.",
      texts: new Map([[65, "A"]]),
      medianNorm: 2,
      norm: new Float32Array(n).fill(1),
      raised: list,
      lowered: list,
      listed: 1,
      neighbours: { latents: new Int32Array(n), cosines: new Float32Array(n).fill(0.5) },
      near: 1,
    };
  }

  /** On the first of two texts a latent's score is its number over the width; the other says nothing. Even ones raise “o” and “e”. */
  async featureScores({ features }: FeatureScoresParams): Promise<ScoreFacts> {
    this.scored.push(...features);
    const listed = 2;
    const raised = [...features].flatMap((latent) => (latent % 2 ? [1, 2] : [111, 101]));
    return {
      setupId: this.setupId,
      convention: "Made up.",
      prompts: [
        { text: "It was a", maxActivation: 3 },
        { text: "Then", maxActivation: 0 },
      ],
      reason: null,
      output: Float32Array.from([...features].flatMap((latent) => [latent / width, Number.NaN])),
      raised: Int32Array.from(raised),
      listed,
    };
  }
}

/** Some latents on each token, the first ones more often; activations over several powers of two. */
function rowOf(document: number, token: number) {
  const draws = Array.from({ length: width }, (_, latent) => mix(7, document, token, latent) / 2 ** 53);
  const indices = draws.flatMap((draw, latent) => (draw < 1 / (2 + latent) ? [latent] : []));
  const values = indices.map((latent) => 2 ** (10 * ((draws[latent] * 1009) % 1)));
  return { indices: Int32Array.from(indices), values: Float32Array.from(values) };
}
