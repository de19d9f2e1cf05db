import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensorBytes } from "../../server/src/files/tensor-bytes.ts";
import type { EngineHost } from "../../server/src/host/engine-host.ts";
import { massMean } from "../../server/src/learn/kinds/mass-mean.ts";
import type { Setup } from "../../server/src/protocol/engine.ts";
import {
  probeTensorsPath,
  type RunnableProbe,
  savedProbeSchema,
} from "../../server/src/protocol/probe-file.ts";
import { newHost, sentence, smollm2 } from "./material.ts";
import { median, rounded, summary } from "./stats.ts";

/** Probes that read a document at once. */
const probes = 4;

/** What four enabled linear probes cost an analysis: whole documents and one word appended, each with and without in turn. */
export async function probeAnalysis(runs: number): Promise<object> {
  const measured: Record<string, object> = {};
  // As many sentences as leave room in the context for a word more: what is cut off costs nothing.
  const setups: Record<string, [setup: () => Setup, sentences: number]> = {
    tinytown: [() => ({ model: "tinytown", saes: null, device: "cpu" }), 14],
    smollm2: [smollm2, 27],
  };
  for (const [name, [setup, sentences]] of Object.entries(setups))
    measured[name] = await costIn(setup(), sentences, runs);
  return measured;
}

async function costIn(setup: Setup, sentences: number, runs: number): Promise<object> {
  const host = newHost();
  const folder = mkdtempSync(join(tmpdir(), "steerscope-bench-probes-"));
  try {
    const paths = await linearProbes(host, setup, folder);
    const text = sentence.repeat(sentences);
    const taken = {
      without: [] as number[],
      with: [] as number[],
      wordWithout: [] as number[],
      wordWith: [] as number[],
    };
    let tokens = 0;
    for (let run = -2; run < runs; run++) {
      // Which comes first changes with each run.
      for (const isWith of run % 2 === 0 ? [false, true] : [true, false]) {
        const asked = { ...setup, key: `bench:${run}:${isWith}`, probes: isWith ? paths : [] };
        const whole = await timed(() => host.analyse({ ...asked, messages: [{ role: null, text }] }));
        const longer = `${text}Then they went home`;
        const word = await timed(() => host.analyse({ ...asked, messages: [{ role: null, text: longer }] }));
        host.forget(asked.key);
        tokens = whole.answer.ids.length;
        if (word.answer.truncatedFrom !== null) throw new Error("The text does not fit the context.");
        if (whole.answer.probes.length !== asked.probes.length)
          throw new Error("A probe did not read the text.");
        if (run < 0) continue;
        taken[isWith ? "with" : "without"].push(whole.ms);
        taken[isWith ? "wordWith" : "wordWithout"].push(word.ms);
      }
    }
    const ratio = (a: number[], b: number[]) => rounded(median(a) / median(b));
    return {
      ...{ tokens, probes },
      ...{ withoutMs: summary(taken.without), withMs: summary(taken.with) },
      ratio: ratio(taken.with, taken.without),
      ...{ wordWithoutMs: summary(taken.wordWithout), wordWithMs: summary(taken.wordWith) },
      wordRatio: ratio(taken.wordWith, taken.wordWithout),
    };
  } finally {
    host.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const start = performance.now();
  const answer = await work();
  return { answer, ms: performance.now() - start };
}

/** Linear probes at layers of all depths, two of sentences' last tokens and two of their means; what they tell means nothing. */
async function linearProbes(host: EngineHost, setup: Setup, folder: string): Promise<string[]> {
  const { model } = await host.describe(setup);
  const identity = await host.identify(setup);
  const rows = 64;
  const values = Float32Array.from({ length: rows * model.dModel }, (_, i) => Math.sin(i * 12.9898 + i));
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const names = ["no", "yes"];
  const { state } = massMean.fit(
    { x: { rows, columns: model.dModel, values } },
    { type: "classes", names, labels },
    { seed: 1 },
  );
  const tensors = Object.entries(state.tensors).map(([name, it]) => ({
    name,
    shape: it.shape,
    data: it.values,
  }));
  return Array.from({ length: probes }, (_, i) => {
    const layer = Math.floor(((i + 1) * (model.layers - 1)) / probes);
    const probe: RunnableProbe = {
      schema: savedProbeSchema,
      name: `p${i}`,
      model: { id: model.id, sha256: identity.model.sha256, dModel: model.dModel },
      reads: {
        source: { kind: "hook", hook: `blocks.${layer}.hook_resid_post` },
        position: i % 2 ? "mean" : "last",
        level: "text",
        readAs: "text",
        width: model.dModel,
      },
      target: { type: "classes", names },
      fit: { kind: state.kind, settings: { ...state.settings } },
    };
    const path = join(folder, `p${i}.probe.json`);
    writeFileSync(path, JSON.stringify(probe));
    writeFileSync(probeTensorsPath(path), tensorBytes(tensors, {}));
    return path;
  });
}
