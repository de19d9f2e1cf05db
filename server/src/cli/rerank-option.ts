import { dirname, resolve } from "node:path";
import { ProblemError } from "../host/problem-error.ts";
import { findProbe, probeNameOf } from "../probes/saved/find.ts";
import { restoreProbe } from "../probes/saved/restore.ts";
import type { Reranking } from "../protocol/rerank.ts";
import type { RerankBy } from "../steering/rerank/rerank.ts";

/** How samples are ranked, as the command line says it. */
export interface RerankOptions {
  /** A trained probe, by its path from here, or by name. */
  rerank?: string;
  beta?: number;
}

/** Samples to choose from where nothing is said. */
export const usualRanked = 8;

/** The probe that ranks samples; null where none is named. @throws ProblemError */
export async function rerankFrom(
  fileName: string,
  { rerank, beta }: RerankOptions,
): Promise<Omit<RerankBy, "seed"> | null> {
  if (rerank !== undefined) {
    const isPath = /[\\/]|\.probe\.(json|yaml)$/i.test(rerank);
    const folder = isPath ? process.cwd() : dirname(resolve(fileName));
    const path = await findProbe(rerank, { folder, root: process.cwd() });
    return { probe: restoreProbe(path), beta: beta ?? 1 };
  }
  if (beta === undefined) return null;
  throw new ProblemError({
    code: "rerank-missing",
    message: "--beta says how sharply samples are ranked, and no probe ranks them.",
    remedy: "Give --rerank PROBE too.",
    subject: "probe",
  });
}

/** Under the samples: which probe ranks them, and what speaks against it. */
export function rankedByText({ probe, beta, doubt }: Reranking): string {
  return `Ranked by ${probeNameOf(probe)}, β ${beta}${doubt === null ? "" : `: ${doubt}`}.`;
}

/** Behind a sample's number: what the probe gives it, and whether it is the one that is taken. */
export function rankText(ranked: Reranking | null, i: number): string {
  if (!ranked) return "";
  const own = ranked.samples[i];
  if (!own) return " · not read, so never taken";
  return ` · q ${own.q.toFixed(2)}, weight ${own.weight.toFixed(3)}${own.chosen ? " · chosen" : ""}`;
}
