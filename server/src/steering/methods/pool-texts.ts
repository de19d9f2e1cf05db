import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { Setup } from "../../protocol/engine.ts";
import type { PoolParams } from "../../protocol/steering.ts";
import { methodProblem } from "./problems.ts";

/** Texts the engine is asked for at once. */
const batch = 16;

/** What is pooled, and of which set-up the answers must be. */
export interface PoolRequest extends Pick<PoolParams, "hooks" | "pool"> {
  setup: Setup;
  setupId: string;
}

/**
 * Pools the residuals of plain texts, some at a time.
 * @param rows is given each answer: by hook point `[texts × d]`
 * @param progress is told how many texts are read, before each question
 * @throws ProblemError `weights-replaced` where the set-up is no longer the one that was meant, and what the engine refuses
 */
export async function poolTexts(
  host: Pick<EngineHost, "pool">,
  { setup, setupId, hooks, pool }: PoolRequest,
  texts: readonly string[],
  rows: (of: Map<string, Float32Array>) => void,
  progress: (done: number) => void,
  token?: CancellationToken,
): Promise<void> {
  for (let from = 0; from < texts.length; from += batch) {
    progress(from);
    const messages = texts.slice(from, from + batch).map((text) => [{ role: null, text }]);
    const pooled = await host.pool({ ...setup, texts: messages, hooks, pool }, token);
    if (pooled.setupId !== setupId)
      throw methodProblem(
        "weights-replaced",
        `The files of ${setup.model} changed while texts were read.`,
        "Run it again.",
      );
    rows(pooled.rows);
  }
}
