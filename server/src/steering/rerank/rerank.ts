import type { CancellationToken } from "vscode-jsonrpc/node";
import { ProblemError } from "../../host/problem-error.ts";
import { randomOf } from "../../learn/random.ts";
import { drawnBy, rerankWeights } from "../../learn/rerank.ts";
import type { RestoredProbe } from "../../probes/saved/restore.ts";
import { doubtText } from "../../probes/saved/words.ts";
import type { RankedSample, Reranking } from "../../protocol/rerank.ts";
import { qValues, type RankedPrompt, type RerankHost } from "./q-values.ts";

/** With which probe, how sharply, and with which draw samples are ranked. */
export interface RerankBy {
  probe: RestoredProbe;
  beta: number;
  seed: number;
}

/**
 * Takes one of a model's samples with the probability softmax(q / β) of what a probe says of them (Li et al. 2024, Q-Probe).
 * @param samples texts behind the subject's prompt
 * @throws ProblemError `rerank-*`; CancelledError
 */
export async function rerank(
  host: RerankHost,
  subject: RankedPrompt,
  samples: readonly string[],
  { probe, beta, seed }: RerankBy,
  token?: CancellationToken,
): Promise<Reranking> {
  const q = await qValues(host, subject, probe, samples, token);
  const read = q.filter((it) => it !== null);
  if (read.length === 0)
    throw new ProblemError({
      code: "rerank-nothing-read",
      message: `None of the ${samples.length} samples could be read behind ${subject.fileName}: they do not fit the context.`,
      remedy: "Shorten the prompt, or write fewer tokens.",
      subject: "probe",
    });
  const weights = rerankWeights(read, beta);
  const chosen = drawnBy(weights, randomOf(seed)());
  let next = 0;
  const ranked = q.map((it): RankedSample | null => {
    if (it === null) return null;
    const i = next++;
    return { q: it, weight: weights[i], chosen: i === chosen };
  });
  return { probe: probe.path, beta, doubt: doubtText(probe.saved), samples: ranked };
}

/** What is to be said of it. */
export const rerankConventions = [
  "Reranking: one sample is taken with the probability softmax(q / β) (Li et al. 2024, Q-Probe); q is what the probe says of prompt and sample, read by the model without steering.",
  "Behind a prompt with roles the probe reads the tokens of the sample, the last one of the assistant's message as “last”; it was trained on users' messages, where “last” is the end of the template.",
];
