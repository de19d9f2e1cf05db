import type { CancellationToken } from "vscode-jsonrpc/node";
import { CancelledError, ProblemError } from "../host/problem-error.ts";
import type { LabelEvidence } from "../protocol/feature.ts";
import type { Problem } from "../protocol/problem.ts";
import type { StoreReader } from "../store/reader.ts";
import type { Contrast } from "./contrast.ts";
import { explain, scoreLabel } from "./explain.ts";
import type { Judge } from "./judge.ts";
import { readLabelFile, writeLabel } from "./label-file.ts";
import type { Explained, Report } from "./scored.ts";
import { tokenListMaker } from "./token-list.ts";

export interface ExplainMany {
  store: StoreReader;
  /** The SAE's place in the store. */
  sae: number;
  contrast: Contrast;
  features: readonly number[];
  judge: Judge | null;
  /** Labels of a latent that are to be scored; null: labels are made. */
  labels: ((feature: number) => LabelEvidence[]) | null;
  /** Where results are kept, each as soon as it is there; null: nowhere. */
  file: string | null;
  /** Also what was made or scored by the same judge before. */
  again: boolean;
}

export interface ManyExplained {
  results: (Explained & { feature: number })[];
  /** Latents for which nothing was to be done. */
  skipped: number[];
  /** Latents that could not be labelled; one does not keep the others from it. */
  failed: { feature: number; problem: Problem }[];
  /** Those not reached before it was cancelled. */
  left: number[];
  file: string | null;
}

/** Problems of one latent; all others would meet the next one too. */
const ofOneLatent = ["label-needs-examples", "label-unreadable"];

interface Tell {
  progress(text: string): void;
  labelled(feature: number, label: LabelEvidence): void;
}

/**
 * Labels or scores many latents, one after another; the same call goes on where one was cancelled or failed.
 * @throws ProblemError of the judge: what was done before is kept
 */
export async function explainMany(
  work: ExplainMany,
  token: CancellationToken,
  tell: Tell,
): Promise<ManyExplained> {
  const { features, contrast, file } = work;
  const outcome: ManyExplained = { results: [], skipped: [], failed: [], left: [], file };
  let at = 0;
  try {
    for (; at < features.length; at++) {
      const feature = features[at];
      const jobs = jobsOf(work, feature);
      if (jobs.length === 0) outcome.skipped.push(feature);
      const place = `${at + 1} of ${features.length}: latent ${feature}`;
      for (const label of jobs) await one(work, { feature, label, place }, outcome, token, tell);
    }
  } catch (error) {
    if (!(error instanceof CancelledError) || !token.isCancellationRequested) throw error;
    outcome.left.push(...features.slice(at));
  } finally {
    contrast.dispose();
  }
  return outcome;
}

/** Makes one label, or scores one. */
async function one(
  { store, sae, contrast, judge, file }: ExplainMany,
  { feature, label, place }: { feature: number; label: LabelEvidence | null; place: string },
  outcome: ManyExplained,
  token: CancellationToken,
  tell: Tell,
): Promise<void> {
  const report: Report = ({ stage, share }) =>
    tell.progress(`${place}, ${stage === "labelling" ? stage : `${stage} ${Math.floor(100 * share)} %`}`);
  const subject = { store, sae, feature, contrast };
  try {
    const result =
      label && judge
        ? await scoreLabel(subject, label, judge, report, token)
        : await explain(subject, judge, report, token);
    if (file !== null && (!label || result.label.scoring)) writeLabel(file, feature, result.label);
    outcome.results.push({ feature, ...result });
    tell.labelled(feature, result.label);
  } catch (error) {
    if (!(error instanceof ProblemError) || !ofOneLatent.includes(error.problem.code)) throw error;
    outcome.failed.push({ feature, problem: error.problem });
  }
}

/** Labels of a latent to score, or null for one to make. */
function jobsOf({ labels, file, judge, again }: ExplainMany, feature: number): (LabelEvidence | null)[] {
  if (labels) return labels(feature).filter(({ scoring }) => again || scoring?.judge !== judge?.name);
  const maker = judge?.name ?? tokenListMaker;
  const before = file === null || again ? [] : (readLabelFile(file).get(feature) ?? []);
  return before.some((it) => it.source === "automatic" && it.maker === maker) ? [] : [null];
}
