import type { CancellationToken } from "vscode-jsonrpc/node";
import type { LabelEvidence, LabelScoring } from "../protocol/feature.ts";
import type { StoreReader } from "../store/reader.ts";
import { readLabel } from "./answers.ts";
import type { Contrast } from "./contrast.ts";
import { byJudge, type Examiner } from "./examine.ts";
import type { Judge } from "./judge.ts";
import { firingPlaces, markedText, textOf } from "./passage.ts";
import { explainProblem } from "./problems.ts";
import { labelPrompt } from "./prompts.ts";
import { balancedAccuracy, testsOf } from "./score.ts";
import { signalOf } from "./signal.ts";
import { type Split, split } from "./split.ts";
import { byTokenList, tokenList, tokenListMaker } from "./token-list.ts";

/** Fewer held-out passages make no score. */
const fewestTested = 5;
/** Passages that a label is made from, at least. */
const fewestShown = 2;

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

type Report = (progress: ExplainProgress) => void;

/**
 * Makes a label of a latent from some of its passages and scores it on others.
 * @param judge who labels and scores; null: no language model, but a list of tokens
 * @throws ProblemError `label-needs-examples`, `label-unreadable`, and those of the judge; CancelledError
 */
export async function explain(
  subject: Subject,
  judge: Judge | null,
  report: Report,
  token: CancellationToken,
): Promise<Explained> {
  const parts = split(subject.store.examples(subject.sae, subject.feature), subject.feature);
  if (parts.shown.length < fewestShown) throw tooFew(subject, parts);
  const { raises = [] } = subject.store.feature(subject.sae, subject.feature).weights ?? {};
  const raised = raises.map(({ text }) => text);
  const made = new Date().toISOString();
  report({ stage: "labelling", share: 0 });
  if (!judge) {
    const list = tokenList(parts.shown, raised);
    if (!list) throw tooFew(subject, parts);
    const label = automatic(list.text, tokenListMaker, made);
    const name = "whether a listed token is there (no language model)";
    const how = { examiner: byTokenList(list), judge: { name } };
    return scored(subject, label, parts, how, report, token);
  }
  const { signal, dispose } = signalOf(token);
  try {
    const passages = parts.shown.map((it) => markedText(it, firingPlaces(it)));
    const text = readLabel(await judge.complete(labelPrompt(passages, raised), signal));
    if (text === null)
      throw explainProblem(
        "label-unreadable",
        `${judge.name} answered nothing that can be a label of latent ${subject.feature}.`,
        "Ask again, or configure another model.",
      );
    const how = { examiner: byJudge(judge, text, signal), judge };
    return await scored(subject, automatic(text, judge.name, made), parts, how, report, token);
  } finally {
    dispose();
  }
}

/**
 * Scores a label that a latent has; one that holds from a share of its maximum is tested on activations from there on.
 * @throws ProblemError of the judge; CancelledError
 */
export async function scoreLabel(
  subject: Subject,
  label: LabelEvidence,
  judge: Judge,
  report: Report,
  token: CancellationToken,
): Promise<Explained> {
  const { store, sae, feature } = subject;
  const maximum = store.feature(sae, feature).statistics?.maximum ?? 0;
  const parts = split(store.examples(sae, feature), feature, (label.from ?? 0) * maximum);
  const { signal, dispose } = signalOf(token);
  try {
    const how = { examiner: byJudge(judge, label.text, signal), judge };
    return await scored(subject, label, parts, how, report, token);
  } finally {
    dispose();
  }
}

async function scored(
  { store, sae, feature, contrast }: Subject,
  label: LabelEvidence,
  { tested }: Split,
  { examiner, judge }: { examiner: Examiner; judge: Pick<Judge, "name"> },
  report: Report,
  token: CancellationToken,
): Promise<Explained> {
  report({ stage: "examples", share: 0 });
  const kept = store.examples(sae, feature);
  const known = new Set([...kept.top, ...kept.sample].map(({ window }) => window));
  const texts = new Set(tested.map(textOf));
  const silent = await contrast.silent(feature, tested.length, known, texts, token);
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
    report({ stage: "scoring", share: done / all });
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

function automatic(text: string, maker: string, made: string): LabelEvidence {
  return { text, source: "automatic", maker, scores: {}, from: null, made };
}

function tooFew({ store, sae, feature }: Subject, { shown, tested }: Split) {
  return explainProblem(
    "label-needs-examples",
    `The store keeps ${shown.length + tested.length} texts that latent ${feature} of ${store.saes[sae].id} fires on, too few to label it.`,
    "A scan of more text finds more; a latent that never fires has no label.",
  );
}
