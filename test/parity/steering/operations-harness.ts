import { readFileSync } from "node:fs";
import type { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import type { Model } from "../../../server/src/engine/models/model.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import type { SteeredToken } from "../../../server/src/engine/steering/places.ts";
import { type Held, heldRow, SteeringPlan } from "../../../server/src/engine/steering/plan.ts";
import { SteeredModel } from "../../../server/src/engine/steering/steered-model.ts";
import type { SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { readFacts, worstRow } from "../models/facts.ts";

/** A text and what a model says of it under edits, from `make_operations.py`. */
export interface OperationFacts {
  model: string;
  saes: { id: string; hook: string }[];
  /** SHA-256 of model and SAEs, where they may be others one day. */
  weights?: string[];
  /** Every how-manieth column of the vocabulary is stored. */
  stride: number;
  /** Of tiny models: token ids that stand for a calibration text, and what is known of each SAE. */
  calibration: number[];
  statistics: { medianNorm: number; mean: number[]; maximum: number[] }[];
  text: { ids: number[]; from: number; roles: (string | null)[] };
  cases: { name: string; edits: SteeringEdit[] }[];
  /** `[T · columns]` by case; `base` without edits. */
  logits: Map<string, Float32Array>;
}

/** @param path without its ending */
export function readOperations(path: string): OperationFacts {
  const facts = JSON.parse(readFileSync(`${path}.json`, "utf8"), (key, value) =>
    key === "vector" ? Float32Array.from(value) : value,
  );
  const stored = readFacts(`${path}.safetensors`);
  return { ...facts, logits: new Map([...stored].map(([name, { data }]) => [name, data])) };
}

/** A set-up of a tiny model whose statistics and calibration text are those of the facts. */
export const tinySetup = (model: Model, saes: unknown[], { statistics, calibration }: OperationFacts) =>
  ({
    model,
    loaded: { identity: model.folder },
    saes: saes.map((sae, i) => ({
      sae,
      statistics: {
        medianNorm: statistics[i].medianNorm,
        mean: Float32Array.from(statistics[i].mean),
        maximum: Float32Array.from(statistics[i].maximum),
      },
    })),
    text: { isSpecial: () => false },
    description: {
      setupId: "tiny",
      model: { device: "cpu" },
      saes: saes.map((_, i) => ({ id: `sae ${i}` })),
    },
    encode: () => ({ ids: Int32Array.from(calibration) }),
  }) as unknown as LoadedSetup;

/** Runs texts under edits, as the engine's requests do. */
export class Steered {
  readonly #setup: LoadedSetup;
  readonly #text: OperationFacts["text"];
  readonly #models = new SteeredModel(1, Number.POSITIVE_INFINITY, () => {});

  constructor(setup: LoadedSetup, text: OperationFacts["text"]) {
    this.#setup = setup;
    this.#text = text;
  }

  release(): Promise<void> {
    return this.#models.release();
  }

  /**
   * Logits `[T · vocabulary]` of the whole text: the prompt in one pass, what was generated token by token.
   * @param together generated tokens in one pass too, which is right where no condition reaches over tokens
   */
  async logits(
    edits: SteeringEdit[],
    together = false,
  ): Promise<{ logits: Float32Array; plan: SteeringPlan }> {
    const { ids, from, roles } = this.#text;
    const { vocabulary } = this.#setup.model.config;
    const plan = await SteeringPlan.make(this.#setup, edits);
    const model = await this.#models.get(this.#setup, plan);
    const cache = model.newCache();
    const logits = new Float32Array(ids.length * vocabulary);
    let before: Held | null = null;
    for (let at = 0; at < ids.length; ) {
      const to: number = together ? ids.length : at < from ? from : at + 1;
      const tokens = ids.slice(at, to).map((_, i): SteeredToken => {
        const position = at + i;
        const step = position >= from - 1 ? position - from + 1 : null;
        return { position, role: roles[position], step, promptLength: from };
      });
      const out = await model.forward(Int32Array.from(ids.slice(at, to)), {
        cache,
        logitRows: Int32Array.from(tokens.keys()),
        ...plan.pass(tokens, before),
      });
      before = heldRow(plan.after(tokens, out.blocks), tokens.length - 1, tokens.length);
      logits.set(out.logits, at * vocabulary);
      at = to;
    }
    return { logits, plan };
  }

  /** The same with the kernels, which read all of the text token by token. */
  async logitsByKernels(decoder: Decoder, edits: SteeringEdit[]): Promise<Float32Array> {
    const { ids, from, roles } = this.#text;
    const { vocabulary } = this.#setup.model.config;
    const plan = await SteeringPlan.make(this.#setup, edits);
    const pages = decoder.begin(this.#setup.model.newCache(), 1);
    const logits = new Float32Array(ids.length * vocabulary);
    let before: Held | null = null;
    for (const [position, id] of ids.entries()) {
      const step = position >= from - 1 ? position - from + 1 : null;
      const tokens: SteeredToken[] = [{ position, role: roles[position], step, promptLength: from }];
      // What held on a token of the prompt is no reason for the next one's: only generated tokens look back.
      const pass = plan.direct(tokens, position < from ? null : before);
      const out = await decoder.next(pages, { ids: Int32Array.of(id), continuations: [0], position }, pass);
      before = plan.after(tokens, pass.outputs);
      logits.set(out.logits, position * vocabulary);
    }
    pages.free();
    return logits;
  }

  /**
   * What is wrong with a case, in words; null where every row is within 1e-4 of its norm.
   * @param way how the text is read: generated tokens one by one or all in one pass, or with the kernels
   */
  async wrong(
    facts: OperationFacts,
    edits: SteeringEdit[],
    name: string,
    way: "by token" | "in one pass" | Decoder,
  ): Promise<string | null> {
    const logits =
      typeof way === "string"
        ? (await this.logits(edits, way === "in one pass")).logits
        : await this.logitsByKernels(way, edits);
    const stored = facts.logits.get(name)!;
    const kept = logits.filter((_, i) => (i % this.#setup.model.config.vocabulary) % facts.stride === 0);
    const { row, error } = worstRow(kept, stored, stored.length / facts.text.ids.length);
    return error <= 1e-4
      ? null
      : `token ${row}: ${error.toExponential(1)}, ${typeof way === "string" ? way : "by kernels"}`;
  }
}
