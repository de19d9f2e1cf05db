import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, smollm2 } from "./material.ts";
import { fullPasses, lengths } from "./passes.ts";
import { median, rounded, summary } from "./stats.ts";

interface PeerRow {
  tokens: number;
  analysisOneHook: number;
  analysisAllResid: number;
}

/**
 * Full passes of SmolLM2 with one 8k SAE; with `python` (an environment that has TransformerLens and SAELens) turn by turn
 * with theirs, so that both see the same machine. Theirs capture the SAE's hook point alone, and the whole residual stream.
 */
export async function passes(runs: number, python: string | undefined): Promise<object> {
  const empty = (): Record<number, number[]> => Object.fromEntries(lengths.map((length) => [length, []]));
  const [ours, oneHook, allResid] = [empty(), empty(), empty()];
  const rounds = python ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    for (const [length, taken] of Object.entries(await fullPasses(Math.ceil(runs / rounds))))
      ours[Number(length)].push(...taken);
    if (!python) continue;
    for (const row of await peerPasses(python)) {
      oneHook[row.tokens].push(row.analysisOneHook);
      allResid[row.tokens].push(row.analysisAllResid);
    }
  }
  return {
    lengths: lengths.map((tokens) => ({
      tokens,
      steerscopeMs: summary(ours[tokens]),
      ...(python && {
        oneHook: against(median(oneHook[tokens]), median(ours[tokens])),
        allResid: against(median(allResid[tokens]), median(ours[tokens])),
      }),
    })),
  };
}

const against = (transformerLensAndSaeLensMs: number, ours: number) => ({
  transformerLensAndSaeLensMs,
  timesFaster: rounded(transformerLensAndSaeLensMs / ours),
});

async function peerPasses(python: string): Promise<PeerRow[]> {
  const { model, saes } = smollm2();
  const args = [join(root, "test/bench/peers/bench.py"), model, ...saes, "--lengths", ...lengths.map(String)];
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout).medianMs;
}
