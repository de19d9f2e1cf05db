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
 * with theirs, so that both see the same machine.
 */
export async function passes(runs: number, python: string | undefined): Promise<object> {
  const empty = (): Record<number, number[]> => Object.fromEntries(lengths.map((length) => [length, []]));
  const [ours, theirs] = [empty(), empty()];
  const rounds = python ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    for (const [length, taken] of Object.entries(await fullPasses(Math.ceil(runs / rounds))))
      ours[Number(length)].push(...taken);
    if (!python) continue;
    for (const row of await peerPasses(python)) theirs[row.tokens].push(row.analysisOneHook);
  }
  return {
    lengths: lengths.map((tokens) => ({
      tokens,
      steerscopeMs: summary(ours[tokens]),
      ...(python && {
        transformerLensAndSaeLensMs: median(theirs[tokens]),
        timesFaster: rounded(median(theirs[tokens]) / median(ours[tokens])),
      }),
    })),
  };
}

async function peerPasses(python: string): Promise<PeerRow[]> {
  const { model, saes } = smollm2();
  const args = [join(root, "test/bench/peers/bench.py"), model, ...saes, "--lengths", ...lengths.map(String)];
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout).medianMs;
}
