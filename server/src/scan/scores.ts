import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError, ProblemError } from "../host/problem-error.ts";
import type { Description, Setup } from "../protocol/engine.ts";
import type { StoreWriter } from "../store/writer.ts";

/** Latents that are scored in one request, and kept in one transaction. */
const scoreBlock = 256;

/**
 * Scores the latents of a store that have no scores yet, block by block: what was paused goes on from there.
 * @param report how much is done, from 0 to 1
 * @returns whether all have scores now
 * @throws ProblemError, StoreError
 */
export async function scoreLatents(
  engine: Pick<EngineHost, "featureScores">,
  setup: Setup,
  { saes, setupId }: Description,
  writer: StoreWriter,
  report: (share: number) => void,
  pause: CancellationToken,
): Promise<boolean> {
  const all = saes.reduce((sum, { width }) => sum + width, 0);
  let before = 0;
  for (const [sae, { width }] of saes.entries()) {
    for (;;) {
      const { latents, done } = writer.scoresLeft(sae, scoreBlock);
      report((before + done) / all);
      if (latents.length === 0) break;
      if (pause.isCancellationRequested) return false;
      try {
        const facts = await engine.featureScores({ ...setup, sae, features: latents }, pause);
        if (facts.setupId !== setupId) throw replaced();
        await writer.addScores(sae, latents, facts);
      } catch (error) {
        if (error instanceof CancelledError && pause.isCancellationRequested) return false;
        throw error;
      }
    }
    before += width;
  }
  return true;
}

function replaced(): ProblemError {
  return new ProblemError({
    code: "weights-replaced",
    message: "A file of the model or of an SAE was replaced while latents were scored.",
    remedy: "Scan into a new store.",
    subject: "model",
  });
}
