import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Model } from "../../../server/src/engine/models/model.ts";
import { openResiduals } from "../../../server/src/engine/models/residuals.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { ShardScan } from "../../../server/src/engine/scan/shard.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { StoreWriter } from "../../../server/src/store/writer.ts";

export const facts = join(import.meta.dirname, "facts");
export const models = join(import.meta.dirname, "../models/facts");
export const onCpu = { device: "cpu", threads: 1 } as const;

interface Facts {
  windows: number;
  context: number;
  medianNorm: number;
  tokens: number;
  outside: number;
  frequency: number[];
  maximum: number[];
  latents: Record<
    string,
    { mean: number; histogram: number[]; top: [window: number, position: number, activation: number][] }
  >;
}
export const stored = JSON.parse(readFileSync(join(facts, "statistics.json"), "utf8")) as Facts;

/** The generator of make_facts.py. */
function tokenIds(): Int32Array {
  let state = 1;
  return Int32Array.from({ length: stored.windows * stored.context }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 16) % 61;
  });
}

/** A set-up whose texts are lists of token ids. */
export const setupOf = (model: Model, sae: Sae) =>
  ({
    model,
    saes: [{ sae, statistics: { medianNorm: stored.medianNorm } }],
    text: { isSpecial: () => false, text: (id: number) => ` ${id}` },
    description: { setupId: "tiny", saes: [{ id: "tiny", width: sae.config.width }] },
    encode: ([{ text }]: { text: string }[]) => {
      const ids = Int32Array.from(text.split(" "), Number);
      const zeros = new Int32Array(ids.length);
      const places = Int32Array.from(ids, (_, i) => i);
      return {
        ids,
        spans: {
          message: zeros,
          start: places,
          end: places.map((i) => i + 1),
          special: new Uint8Array(ids.length),
        },
      };
    },
  }) as unknown as LoadedSetup;

/** Scans the random tokens with the tiny model and SAE of the facts into a store. */
export async function buildStore(path: string): Promise<void> {
  const model = await Model.open(join(models, "llama-gqa-f32"), onCpu);
  const sae = await Sae.open(join(facts, "sae"), onCpu);
  const residuals = await openResiduals(model, [sae.hook], onCpu);
  const setup = setupOf(model, sae);
  const { hook } = sae;
  const { width, architecture } = sae.config;
  const corpus = { files: [], field: "text", context: stored.context, maxTokens: null };
  const identity = {
    model: { id: "tiny", sha256: "0" },
    saes: [{ id: "tiny", hook, width, sha256: "0" }],
    corpus,
    seed: 1,
  };
  const writer = await StoreWriter.open(path, identity, [
    { id: "tiny", hook, architecture, width, conventions: [] },
  ]);
  const ids = tokenIds();
  const documents = Array.from({ length: stored.windows }, (_, number) => ({
    number,
    messages: [
      { role: null, text: ids.subarray(number * stored.context, (number + 1) * stored.context).join(" ") },
    ],
  }));
  for (let shard = 0; shard * 50 < documents.length; shard++) {
    const part = documents.slice(shard * 50, (shard + 1) * 50);
    const scan = new ShardScan({
      model: "tiny",
      saes: ["tiny"],
      device: "cpu",
      shard,
      documents: part,
      context: stored.context,
      maxTokens: null,
      seed: 1,
    });
    while (await scan.step(setup, residuals));
    await writer.merge(scan.finish(setup), part.length, {
      source: (document) => String(document),
      range: (_document, _message, start, end) => ({ start, end }),
    });
  }
  await writer.index(true);
  writer.close();
  await residuals.release();
  await sae.release();
  await model.release();
}
