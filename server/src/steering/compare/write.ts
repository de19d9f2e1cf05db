import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { sum } from "../../learn/metrics/intervals.ts";
import type { WrittenSample } from "../../protocol/compare.ts";
import type { Generated, GeneratedSample, GenerateProgress, SteeringEdit } from "../../protocol/steering.ts";
import type { Subject, Writing } from "./subject.ts";

/** The parts of the engine that writing needs. */
export type WritingHost = Pick<EngineHost, "generate" | "onGenerated">;

let runs = 0;

/**
 * Has the model write on a prompt, steered or not.
 * @param written hears what a sample has more, as it is written
 * @throws ProblemError, also `files-changed` where the set-up is another one than the recipes were resolved against
 */
export async function write(
  host: WritingHost,
  { setup, description, messages }: Subject,
  writing: Writing,
  steering: SteeringEdit[],
  written: (news: GenerateProgress) => void = () => {},
  token?: CancellationToken,
): Promise<Generated> {
  const run = `compare-${++runs}`;
  const listening = host.onGenerated.on((news) => {
    if (news.run === run && !token?.isCancellationRequested) written(news);
  });
  try {
    const { sampling, maxTokens, samples, stop } = writing;
    const params = { ...setup, run, messages, steering, sampling, maxTokens, samples, stop };
    const answer = await host.generate(params, token);
    requireSame(answer.setupId, description.setupId);
    return answer;
  } finally {
    listening();
  }
}

/** Latents and directions belong to the very files they were resolved against. */
export function requireSame(setupId: string, known: string): void {
  if (setupId === known) return;
  throw new ProblemError({
    code: "files-changed",
    message: "The files of the model or its SAEs changed while it wrote.",
    remedy: "Run it again.",
    subject: "model",
  });
}

export function toSample({ text, ids, logprobs, end }: GeneratedSample): WrittenSample {
  return { text, tokens: ids.length, end, logprob: ids.length === 0 ? null : sum(logprobs) / ids.length };
}
