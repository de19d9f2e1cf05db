import type { CancellationToken } from "vscode-jsonrpc/node";
import type { LabelEvidence } from "../protocol/feature.ts";
import { readLabel } from "./answers.ts";
import { byJudge } from "./examine.ts";
import type { Judge } from "./judge.ts";
import { firingPlaces, markedText } from "./passage.ts";
import { explainProblem } from "./problems.ts";
import { labelPrompt } from "./prompts.ts";
import { type Explained, type Report, type Subject, scored } from "./scored.ts";
import { signalOf } from "./signal.ts";
import { type Split, split } from "./split.ts";
import { byTokenList, tokenList, tokenListMaker } from "./token-list.ts";

/** Passages that a label is made from, at least. */
const fewestShown = 2;

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
