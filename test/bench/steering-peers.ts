import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./material.ts";

/** How many tokens are written. */
export const tokens = 64;

/** What is written on, here and by the peers. */
export const steeringPrompt = "The old fisherman rowed slowly across the quiet lake before sunrise, and";

/** Norm of the vector that is added at layer 15 of SmolLM2: too small to end the text. */
export const vectorNorm = 2;

/** Seconds of whole generations by other programs. */
export type PeerTimes = Record<string, { version: string; plain: number[]; steered: number[] }>;

/** Adds to `times` what the programs in a Python environment take: saklas where it has that, else Transformers and TransformerLens. */
export async function peerTimes(
  python: string,
  model: string,
  threads: number,
  runs: number,
  times: PeerTimes,
): Promise<void> {
  const peers = existsSync(join(dirname(python), "saklas"))
    ? ["saklas"]
    : ["transformers", "transformer-lens"];
  const options = { threads, tokens, runs, norm: vectorNorm, prompt: steeringPrompt };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = join(root, "test/bench/peers/steering.py");
  const { stdout } = await promisify(execFile)(python, [script, model, "--with", ...peers, ...args], {
    maxBuffer: 2 ** 24,
  });
  for (const [name, { version, plain, steered }] of Object.entries(JSON.parse(stdout) as PeerTimes)) {
    times[name] ??= { version, plain: [], steered: [] };
    times[name].plain.push(...plain);
    times[name].steered.push(...steered);
  }
}
