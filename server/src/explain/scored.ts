import type { CancellationToken } from "vscode-jsonrpc/node";
import type { LabelEvidence, LabelScoring } from "../protocol/feature.ts";
import type { StoreReader } from "../store/reader.ts";
import type { Contrast } from "./contrast.ts";
import type { Examiner } from "./examine.ts";
import type { Judge } from "./judge.ts";
import { textOf } from "./passage.ts";
import { balancedAccuracy, testsOf } from "./score.ts";
import type { Split } from "./split.ts";

/** Fewer held-out passages make no score. */
const fewestTested = 5;
/** Of all work, finding passages without a firing. */
const shareOfExamples = 0.2;

const kinds = ["detection", "fuzzing"] as const;

/** Where a latent is looked at. */
export interface Subject {
  store: StoreReader;
  /** The SAE's place in the store. */
  sae: number;
  feature: number;
  contrast: Contrast;
}

/** How far the work on one latent is. */
export interface ExplainProgress {
  stage: "examples" | "labelling" | "scoring";
  /** Of all that is done for the latent, 0 to 1. */
  share: number;
}

export interface Explained {
  label: LabelEvidence;
  notes: string[];
}

export type Report = (progress: ExplainProgress) => void;

/** Tests a label on passages kept for that; without enough of them it stays unscored, and a note says why. */
export async function scored(
  { store, sae, feature, contrast }: Subject,
  label: LabelEvidence,
  { tested }: Split,
  { examiner, judge }: { examiner: Examiner; judge: Pick<Judge, "name"> },
  report: Report,
  token: CancellationToken,
): Promise<Explained> {
  const kept = store.examples(sae, feature);
  const known = new Set([...kept.top, ...kept.sample].map(({ window }) => window));
  const texts = new Set(tested.map(textOf));
  const wanted = { feature, count: tested.length, known, taken: texts };
  const silent = await contrast.silent(wanted, token, (share) =>
    report({ stage: "examples", share: share * shareOfExamples }),
  );
  const count = Math.min(tested.length, silent.passages.length);
  if (count < fewestTested)
    return {
      label,
      notes: [
        `Unscored: the store keeps ${tested.length} texts for a test that it fires on and ${silent.passages.length} that it does not, and ${fewestTested} of each are needed. A scan of more text finds more.`,
      ],
    };
  // Evenly from all bands: they stand one after another.
  const active = Array.from({ length: count }, (_, i) => tested[Math.floor((i * tested.length) / count)]);
  const tests = testsOf(active, silent.passages.slice(0, count), feature);
  const all = tests.detection.length + tests.fuzzing.length;
  let done = 0;
  const progress = (more: number) => {
    done += more;
    report({ stage: "scoring", share: shareOfExamples + ((1 - shareOfExamples) * done) / all });
  };
  const scores: LabelEvidence["scores"] = { ...label.scores };
  for (const kind of kinds) delete scores[kind];
  const notes: string[] = [];
  let unread = 0;
  for (const kind of kinds) {
    const verdicts = await examiner(tests[kind], progress);
    unread += verdicts.filter((it) => it === null).length;
    const score = balancedAccuracy(tests[kind], verdicts);
    if (score !== null) scores[kind] = score;
    else notes.push(`No score for ${kind}: most answers could not be read.`);
  }
  if (unread > 0) notes.push(`${unread} of ${all} answers could not be read; they count neither way.`);
  if (!silent.verified)
    notes.push("On some texts counted as silent the model could not be run: it may fire there unseen.");
  const scoring: LabelScoring = {
    judge: judge.name,
    date: new Date().toISOString(),
    ...{ activating: count, nonActivating: count, unread, verified: silent.verified },
  };
  return { label: { ...label, scores, scoring }, notes };
}
