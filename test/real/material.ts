import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** One token's stored features of one SAE. */
export interface TokenFacts {
  pos: number;
  token_id: number;
  x_norm: number;
  x_first8: number[];
  l0: number;
  recon_sq_err: number;
  /** `[latent, activation]`, strongest first, at most 20. */
  topk: [number, number][];
}

export interface PromptFacts {
  text: string;
  token_ids: number[];
  tokens: string[];
  saes: Record<string, { layer: number; per_token: TokenFacts[] }>;
}

/** What Transformers says of one prompt. */
export interface LogprobFacts {
  /** `[T − 1]` log p(token t + 1 | tokens ≤ t). */
  logprobs: number[];
  /** `[id, log p]` after the last token, ten best. */
  next: [number, number][];
}

const repository = resolve(import.meta.dirname, "../..");

const shared = process.env.STEERSCOPE_SHARED ?? resolve(repository, "../shared");
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const smollm2 = process.env.STEERSCOPE_SMOLLM2 ?? join(cache, "steerscope-test", "smollm2-135m-instruct");

/** The folder of SmolLM2-135M-Instruct. */
export function modelFolder(): string {
  return existing(join(smollm2, "config.json"), "Run `node test/real/prepare.mjs`.") && smollm2;
}

/** The folder of one of the real SAEs. */
export function saeFolder(name: string): string {
  return existing(join(shared, "models", name), sharedRemedy);
}

export const layer15 = "smollm2-135m-instruct-blocks.15.hook_resid_post-8k";
export const layer8 = "smollm2-135m-instruct-blocks.8.hook_resid_post-8k";

export function readPrompts(): Map<string, PromptFacts> {
  const path = existing(join(shared, "models", "facts.json"), sharedRemedy);
  return new Map(Object.entries(JSON.parse(readFileSync(path, "utf8")).prompts));
}

/** Log-probabilities by the prompt's name, from `make_logprobs.py`. */
export function readLogprobs(): Record<string, LogprobFacts> {
  return JSON.parse(readFileSync(join(import.meta.dirname, "logprobs.json"), "utf8"));
}

const sharedRemedy = "Set STEERSCOPE_SHARED to the folder that holds models/facts.json.";

function existing(path: string, remedy: string): string {
  if (!existsSync(path)) throw new Error(`${path} does not exist. ${remedy}`);
  return path;
}
