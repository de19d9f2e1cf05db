import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineService } from "../../server/src/engine/service.ts";
import { SetupPool } from "../../server/src/engine/setups/setup-pool.ts";
import { randomOf, shuffled } from "../../server/src/learn/random.ts";
import { ActivationCache } from "../../server/src/probes/activations/cache.ts";
import { FitWorkers } from "../../server/src/probes/work/pool.ts";
import type { ProbePosition, ProbeReading, ProbeText } from "../../server/src/protocol/probes.ts";
import { root, sentence, smollm2 } from "./material.ts";
import { median, rounded } from "./stats.ts";

const words = sentence.trim().split(" ");
const quiet = () => {};

/** Texts of some fifty words, all different: the sentence's words in orders of their own. */
function texts(count: number): ProbeText[] {
  return Array.from({ length: count }, (_, i) => {
    const order = [0, 1, 2].flatMap((part) => [...shuffled(words.length, randomOf(3 * i + part))]);
    return { messages: [{ role: null, text: order.map((w) => words[w]).join(" ") }], span: null };
  });
}

/**
 * What a sweep over all layers of SmolLM2 costs beside one plain pass over the same texts: reading them with every residual kept,
 * and one logistic regression a layer, its penalty chosen. Controls are not in it.
 * @param count texts; 2,000 take some ten minutes a run on two cores
 */
export async function probeSweep(runs: number, count: number): Promise<object> {
  const { model, device } = smollm2();
  const setup = { model, saes: [], device };
  const folder = mkdtempSync(join(tmpdir(), "steerscope-bench-"));
  const options = { memoryBudgetMB: 8192, threads: 2, assets: join(root, "assets"), cache: folder };
  const service = new EngineService(options);
  const loaded = await new SetupPool(options, new Map(), quiet).get(setup, quiet);
  const host = {
    describe: () => service.describe(setup, quiet),
    identify: () => service.identify(setup, quiet),
    collect: (params: Parameters<EngineService["collect"]>[0]) =>
      service.collect(params, quiet, { isCancellationRequested: false }),
  };
  const read = texts(count);
  const plainPass = async () => {
    for (const { messages } of read) await loaded.model.forward(loaded.encode(messages).ids);
  };
  const seconds = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const taken = { plain: [] as number[], reading: [] as number[], fits: [] as number[] };
  const labels = Int32Array.from(read, (_, i) => i % 2);
  const workers = new FitWorkers(join(root, "server/src/probes/work/main.ts"));
  try {
    await loaded.model.forward(loaded.encode(read[0].messages).ids);
    await host.identify();
    for (let run = 0; run < runs; run++) {
      taken.plain.push(await seconds(plainPass));
      const position: ProbePosition = run % 2 ? "last" : "mean";
      const readings = Array.from(
        { length: loaded.model.config.layers },
        (_, layer): ProbeReading => ({
          source: { kind: "hook", hook: `blocks.${layer}.hook_resid_post` },
          position,
        }),
      );
      const cache = await ActivationCache.open(host, setup, join(folder, String(run)), quiet);
      taken.reading.push(await seconds(() => cache.fill(read, readings, quiet)));
      const fit = Int32Array.from({ length: Math.floor(count * 0.8) }, (_, i) => i);
      const set = {
        texts: Int32Array.from(read.keys()),
        ...{ tokens: null, units: null, copies: null, groups: null, apart: null, pairs: null },
        ...{ fit, validation: new Int32Array(0) },
        target: { type: "classes" as const, names: ["no", "yes"], labels },
        types: new Int32Array(count),
        typesAre: "tokens" as const,
        test: Int32Array.from({ length: count - fit.length }, (_, i) => fit.length + i),
      };
      const wish = { kind: "logistic" as const, seed: 1 };
      taken.fits.push(
        await seconds(() =>
          Promise.all(
            readings.map((reading) =>
              workers.run("cell", {
                set: { ...set, rows: cache.rowsOf(read, reading) },
                wish,
                beside: { shuffled: 0, controlTask: 0, usableInformation: false },
              }),
            ),
          ),
        ),
      );
    }
  } finally {
    workers.end();
    rmSync(folder, { recursive: true });
  }
  const ratios = taken.plain.map((plain, i) => (taken.reading[i] + taken.fits[i]) / plain);
  return {
    texts: count,
    runs,
    plainSeconds: rounded(median(taken.plain)),
    readingSeconds: rounded(median(taken.reading)),
    fitSeconds: rounded(median(taken.fits)),
    overPlain: rounded(median(ratios)),
    readingOverPlain: rounded(median(taken.plain.map((plain, i) => taken.reading[i] / plain))),
  };
}
