import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { modelFolder as engineModelFolder } from "../../server/src/engine/catalog/models.ts";
import { Model } from "../../server/src/engine/models/model.ts";
import { TextModel } from "../../server/src/engine/text/text-model.ts";
import type { EngineHost } from "../../server/src/host/engine-host.ts";
import type { Setup } from "../../server/src/protocol/engine.ts";
import { corpusFiles } from "../../server/src/scan/corpus/files.ts";
import { shardsOf } from "../../server/src/scan/corpus/read.ts";
import { scan } from "../../server/src/scan/scan.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { newHost, root, smollm2 } from "./material.ts";
import { median, rounded, summary } from "./stats.ts";

const context = 256;
const never = new CancellationTokenSource().token;

/** Scan and plain forward passes over the same windows, taking turns; what the engine's process takes at most. */
export async function scans(runs: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-bench-"));
  try {
    const lines = [...generate({ n: 400, seed: 5, split: "train" })].map(({ text }) =>
      JSON.stringify({ text }),
    );
    const town = join(folder, "town.jsonl");
    writeFileSync(town, lines.join("\n"));
    const tinytown: Setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" };
    const pages = ["README.md", "ARCHITECTURE.md", "docs"].map((name) => join(root, name));
    return {
      tinytown: await measured(folder, tinytown, [town], 16_384, runs),
      smollm2: await measured(folder, smollm2(), pages, 6_144, runs),
      hoversMeanwhile: await hoversDuringScan(folder, tinytown, town, 20 * runs),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measured(folder: string, setup: Setup, corpus: string[], maxTokens: number, runs: number) {
  const host = newHost();
  const model = await Model.open(engineModelFolder(setup.model, join(root, "assets")), {
    device: "cpu",
    threads: 0,
  });
  try {
    const windows = await windowsOf(TextModel.load(model.folder), corpus, maxTokens);
    const tokens = windows.reduce((sum, ids) => sum + ids.length, 0);
    await host.describe(setup);
    const modelMB = peakMB(host);
    let firstMB: number | null = null;
    const plain: number[] = [];
    const scanned: number[] = [];
    for (let run = -1; run < runs; run++) {
      const start = performance.now();
      for (const ids of windows) await model.forward(ids);
      const forward = (1000 * tokens) / (performance.now() - start);
      const { added } = await scanOnce(host, setup, corpus, join(folder, "bench.sqlite"), maxTokens);
      if (run < 0) {
        firstMB = peakMB(host);
        continue;
      }
      plain.push(forward);
      scanned.push(added.tokens / added.seconds);
    }
    return {
      tokens,
      scanTokensPerSecond: median(scanned),
      forwardTokensPerSecond: median(plain),
      share: rounded(median(scanned) / median(plain)),
      // Of a whole scan, weights included; later ones in the same process add what the allocator does not give back.
      enginePeakMB: { modelLoaded: modelMB, firstScan: firstMB, allScans: peakMB(host) },
    };
  } finally {
    await model.release();
    host.dispose();
  }
}

async function scanOnce(
  host: EngineHost,
  setup: Setup,
  corpus: string[],
  store: string,
  maxTokens: number | null,
) {
  rmSync(store, { force: true });
  return scan(host, { setup, corpus, store, field: "text", context, maxTokens }, () => {}, never);
}

async function windowsOf(text: TextModel, corpus: string[], maxTokens: number): Promise<Int32Array[]> {
  const windows: Int32Array[] = [];
  let left = maxTokens;
  for await (const { documents } of shardsOf(corpusFiles(corpus), "text"))
    for (const { messages } of documents) {
      const { ids } = text.encodePrompt(messages);
      for (let from = 0; from < ids.length && left > 0; from += context) {
        const window = ids.slice(from, Math.min(from + context, from + left));
        windows.push(window);
        left -= window.length;
      }
    }
  return windows;
}

/** What one word more costs while a scan runs in the same engine. */
async function hoversDuringScan(
  folder: string,
  setup: Setup,
  corpus: string,
  count: number,
): Promise<object> {
  const host = newHost();
  try {
    const pause = new CancellationTokenSource();
    const store = join(folder, "hover.sqlite");
    await host.describe(setup);
    let running = true;
    const request = { setup, corpus: [corpus], store, field: "text", context, maxTokens: null };
    const scanning = (async () => {
      while (running) {
        rmSync(store, { force: true });
        await scan(host, request, () => {}, pause.token);
      }
    })();
    const text = readFileSync(corpus, "utf8").slice(0, 300);
    const taken: number[] = [];
    for (let i = -5; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const messages = [{ role: null, text: `${text} ${i} times` }];
      const start = performance.now();
      await host.analyse({ ...setup, key: "bench:hover", messages });
      if (i >= 0) taken.push(performance.now() - start);
    }
    running = false;
    pause.cancel();
    await scanning;
    return { analysedAgainMs: summary(taken) };
  } finally {
    host.dispose();
  }
}

/** Largest resident size that the engine's process has had. */
function peakMB(host: EngineHost): number | null {
  const { pid } = host.status;
  const file = `/proc/${pid}/status`;
  if (!statSync(file, { throwIfNoEntry: false })) return null;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(file, "utf8"));
  return peak && Math.round(Number(peak[1]) / 1024);
}
