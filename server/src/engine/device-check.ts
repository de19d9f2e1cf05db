import { topCount } from "./models/forward.ts";
import { hookName } from "./models/hooks.ts";
import type { Model } from "./models/model.ts";

/** What a model computes on a few tokens, in the ways the product uses it: over a cache, with a capture. */
export interface Sample {
  /** `[T · 10]` after every token. */
  topIds: Int32Array;
  topLogprobs: Float32Array;
  /** `[T' · d]` residual stream in the middle of the model, of the tokens behind the cached ones. */
  residual: Float32Array;
}

/** What the product waits for, in ms. */
export interface Speed {
  /** A pass over {@link passTokens} tokens. */
  pass: number;
  /** One token more behind them. */
  token: number;
}

/** Tokens of the pass that is timed: as many as the smallest part of a longer text. */
export const passTokens = 64;

const ids = Int32Array.of(1, 5, 9, 2, 7, 3, 8, 4);
/** Largest difference of a log-probability from the CPU's, in nats, that an accelerator may show. */
const logprobTolerance = 1e-2;
/** Largest ‖a − b‖ / ‖b‖ of the residual stream. */
const residualTolerance = 1e-3;

/** The sample of a model. */
export async function sample(model: Model): Promise<Sample> {
  const known = ids.map((id) => id % model.config.vocabulary);
  const hook = hookName(model.config.layers >> 1, "hook_resid_post");
  const cache = model.newCache();
  const half = known.length / 2;
  const first = await model.forward(known.slice(0, half), { cache });
  const second = await model.forward(known.slice(half), { cache, capture: [hook] });
  const topLogprobs = Float32Array.from([...first.topLogprobs, ...second.topLogprobs]);
  const topIds = Int32Array.from([...first.topIds, ...second.topIds]);
  return { topIds, topLogprobs, residual: second.captures.get(hook) as Float32Array };
}

/** How fast a model is: the second time, since an accelerator compiles its kernels in the first. */
export async function speedOf(model: Model): Promise<Speed> {
  const length = Math.min(passTokens, model.config.contextLength - 1);
  const text = Int32Array.from({ length }, (_, i) => ids[i % ids.length] % model.config.vocabulary);
  const round = async (): Promise<Speed> => {
    const cache = model.newCache();
    const start = performance.now();
    await model.forward(text, { cache });
    const read = performance.now();
    await model.forward(text.slice(0, 1), { cache });
    return { pass: read - start, token: performance.now() - read };
  };
  await round();
  return round();
}

/**
 * By how much an accelerator must be faster to be taken unasked: what is not timed here, such as SAEs and what more is carried
 * there and back, costs it more than the CPU.
 */
const clearly = 1.5;

/** By how much the kernels are faster than the CPU's graph with one token: bf16 weights they read as they are stored. */
const kernelsGain = (dtype: string) => (dtype === "bf16" ? 2 : 1);

/**
 * What follows for an accelerator: whether to take it unasked, and whether single tokens are better read by the CPU's kernels.
 * @param dtype of the weights in their file
 */
export function verdict(
  accelerator: Speed,
  cpu: Speed,
  dtype: string,
): { faster: boolean; tokensOnCpu: boolean } {
  return {
    faster: clearly * (accelerator.pass + accelerator.token) < cpu.pass + cpu.token,
    tokensOnCpu: kernelsGain(dtype) * accelerator.token > cpu.token,
  };
}

/** What differs too much to be rounding, in words; null where nothing does. */
export function differenceOf(expected: Sample, actual: Sample): string | null {
  const worst = worstLogprob(expected, actual);
  if (!(worst <= logprobTolerance)) return `log-probabilities differ by ${worst.toPrecision(2)}`;
  for (let at = 0; at < expected.topIds.length; at += topCount) {
    const isClear = expected.topLogprobs[at] - expected.topLogprobs[at + 1] > 2 * logprobTolerance;
    if (isClear && expected.topIds[at] !== actual.topIds[at]) return "another token is the most likely one";
  }
  const distance = Math.hypot(...expected.residual.map((value, i) => value - actual.residual[i]));
  const relative = distance / Math.hypot(...expected.residual);
  if (!(relative <= residualTolerance))
    return `residual streams differ by ${relative.toPrecision(2)} of their size`;
  return null;
}

/** Largest difference of a log-probability, in nats; NaN where one is. */
export function worstLogprob(expected: Sample, actual: Sample): number {
  return Math.max(...expected.topLogprobs.map((value, i) => Math.abs(value - actual.topLogprobs[i])));
}
