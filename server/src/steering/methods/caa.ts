import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { ModelInfo, Setup } from "../../protocol/engine.ts";
import type { PoolParams } from "../../protocol/steering.ts";
import type { NewVectors } from "../vectors/types.ts";
import type { Contrast } from "./contrast-file.ts";
import { MeanDifference } from "./mean-difference.ts";
import { poolTexts } from "./pool-texts.ts";
import { methodProblem } from "./problems.ts";

export interface CaaRequest {
  setup: Setup;
  contrast: Contrast;
  /** Residual hook points, one vector each. */
  hooks: string[];
  pool: PoolParams["pool"];
}

/** The vector of one hook point. */
export interface CaaVector {
  hook: string;
  /** `[d]` in the units of the residual. */
  vector: Float32Array;
  /** ‖v‖ */
  norm: number;
  /** {@link MeanDifference.stability} */
  stability: number | null;
}

export interface CaaOutcome {
  model: ModelInfo;
  pool: PoolParams["pool"];
  positives: number;
  negatives: number;
  paired: boolean;
  vectors: CaaVector[];
}

/**
 * Contrastive activation addition (“Steering Llama 2 via Contrastive Activation Addition”, Rimsky et al. 2024): the mean of
 * the residual on the positive texts minus that on the negative ones, at the last token of each, where the paper has its
 * answer's letter; or (ours) averaged over each text's tokens but the first and those of massive activation. Texts are read as
 * the set-up reads any plain text, with a start token only where it has one. Nothing is normalised.
 *
 * The package steering-vectors counts layers from 0 and reads a block's output, `hook_resid_post` here; its default is the
 * last token as well.
 * @param progress is told how many of all texts are read
 * @throws ProblemError `contrast-empty`, `contrast-same` where a vector is zero, and what the engine refuses
 */
export async function contrastiveVectors(
  host: Pick<EngineHost, "describe" | "pool">,
  { setup, contrast, hooks, pool }: CaaRequest,
  progress: (done: number, total: number) => void,
  token?: CancellationToken,
): Promise<CaaOutcome> {
  const { positive, negative, paired } = contrast;
  if (positive.length === 0 || negative.length === 0)
    throw methodProblem(
      "contrast-empty",
      "There are no texts on one side of the contrast.",
      "Give at least one positive and one negative text.",
    );
  const { model, setupId } = await host.describe(setup, token);
  const differences = new Map(hooks.map((hook) => [hook, new MeanDifference(model.dModel)]));
  const total = positive.length + negative.length;
  const request = { setup, setupId, hooks, pool };
  let done = 0;
  for (const [side, texts] of [
    ["positive", positive],
    ["negative", negative],
  ] as const) {
    const add = (rows: Map<string, Float32Array>) => addRows(rows, differences, side, model.dModel);
    await poolTexts(host, request, texts, add, (of) => progress(done + of, total), token);
    done += texts.length;
  }
  progress(done, total);
  const vectors = [...differences].map(([hook, difference]) => {
    const vector = difference.vector();
    return { hook, vector, norm: Math.hypot(...vector), stability: difference.stability() };
  });
  const same = vectors.find(({ norm }) => norm === 0);
  if (same) throw noDifference(same.hook, pool);
  return { model, pool, positives: positive.length, negatives: negative.length, paired, vectors };
}

/** What is written of them, with all that was measured as texts; norms and stabilities as JSON by hook point. */
export function asVectors(outcome: CaaOutcome, made: string): NewVectors {
  const { model, pool, positives, negatives, vectors } = outcome;
  const byHook = (get: (it: CaaVector) => number | null) =>
    JSON.stringify(Object.fromEntries(vectors.map((it) => [it.hook, get(it)])));
  return {
    facts: { model: model.id, unit: "raw", method: "caa", made },
    metadata: {
      family: model.family,
      pool,
      positives: String(positives),
      negatives: String(negatives),
      norm: byHook(({ norm }) => norm),
      stability: byHook(({ stability }) => stability),
    },
    vectors: vectors.map(({ hook, vector }) => ({ hook, vector })),
  };
}

function addRows(
  rows: Map<string, Float32Array>,
  differences: Map<string, MeanDifference>,
  side: "positive" | "negative",
  d: number,
): void {
  for (const [hook, difference] of differences) {
    const all = rows.get(hook) as Float32Array;
    for (let at = 0; at < all.length; at += d) difference.add(side, all.subarray(at, at + d));
  }
}

function noDifference(hook: string, pool: CaaRequest["pool"]) {
  return methodProblem(
    "contrast-same",
    `Positive and negative texts give the same residual at ${hook}, so there is no direction between them.`,
    pool === "last"
      ? "Their last tokens are the same and have seen nothing of the rest yet: take a later layer, or the mean of all tokens."
      : "Give texts that differ.",
  );
}
