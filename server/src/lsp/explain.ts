import {
  type CancellationToken,
  CancellationTokenSource,
  ErrorCodes,
  ResponseError,
} from "vscode-languageserver/node";
import { isSame } from "../analysis/automatic-labels.ts";
import { Contrast } from "../explain/contrast.ts";
import { EndpointJudge, endpointOf } from "../explain/endpoint.ts";
import { explain, scoreLabel } from "../explain/explain.ts";
import type { Judge } from "../explain/judge.ts";
import { writeLabel } from "../explain/label-file.ts";
import { LocalJudge } from "../explain/local.ts";
import { notScanned } from "../explain/problems.ts";
import { requireSameWeights } from "../explain/same-weights.ts";
import type { Explained, ExplainProgress } from "../explain/scored.ts";
import type { LabelEvidence } from "../protocol/feature.ts";
import type { ExplainedFeature, ExplainFeatureParams, LabelMaker } from "../protocol/requests.ts";
import { indexOfSae, knownStores } from "../scan/stores.ts";
import { StoreReader } from "../store/reader.ts";
import { answered } from "./answers.ts";
import { EditorJudge } from "./editor-judge.ts";
import { withExplainProgress } from "./explain-progress.ts";
import { type FoundLatent, findLatent, known } from "./feature.ts";
import type { Session } from "./session.ts";

/**
 * `steerscope/explainFeature`: makes a label of a latent and scores it, or scores one that it has. Nothing leaves the machine
 * but what this request asks to send, to whom the user configured or consented to.
 */
export function explainFeature(
  session: Session,
  params: ExplainFeatureParams,
  token: CancellationToken,
): Promise<ExplainedFeature> {
  check(params);
  return answered(
    (async () => {
      // Before anything is read: who is not configured cannot be asked.
      const judging = await judgeOf(session, params.by);
      const found = await findLatent(session, params, token);
      const judge = judging(found);
      const label = params.label ? await labelOf(session, params, found) : null;
      const source = new CancellationTokenSource();
      const chained = token.onCancellationRequested(() => source.cancel());
      if (token.isCancellationRequested) source.cancel();
      const title = `${label ? "Scoring a label of" : "Labelling"} feature ${params.feature} of ${params.sae}`;
      try {
        const { label: result, notes } = await withExplainProgress(session, title, source, (report) =>
          work(session, found, { label, judge }, report, source.token),
        );
        const { setup } = found.prepared;
        const s = found.description.saes.indexOf(found.latent.sae);
        const file = await session.automatic.file(setup, found.description, s);
        if (result.source === "automatic" || result.scoring) writeLabel(file, params.feature, result);
        return { label: result, notes, file };
      } finally {
        chained.dispose();
      }
    })(),
  );
}

async function work(
  session: Session,
  { prepared, description, latent }: FoundLatent,
  { label, judge }: { label: LabelEvidence | null; judge: Judge | null },
  report: (progress: ExplainProgress) => void,
  token: CancellationToken,
): Promise<Explained> {
  const { model, saes, device } = prepared.setup;
  const { sae, feature } = latent;
  const { id, path: folder, hook, width } = sae;
  const sought = { id, folder, hook, width, model: description.model.id };
  const [path] = knownStores(sought, await session.places());
  if (!path) throw notScanned(id);
  const s = description.saes.indexOf(sae);
  const store = StoreReader.open(path);
  const contrast = new Contrast(store, session.host, { model, saes, device }, s);
  try {
    requireSameWeights(store, await session.automatic.identity(prepared.setup, description), s);
    const subject = { store, sae: indexOfSae(store, sought), feature, contrast };
    return label && judge
      ? await scoreLabel(subject, label, judge, report, token)
      : await explain(subject, judge, report, token);
  } finally {
    contrast.dispose();
    store.close();
  }
}

const makers: readonly LabelMaker[] = ["endpoint", "editor", "local", "tokens"];

/** @throws ResponseError saying what to ask instead */
function check({ by, label }: ExplainFeatureParams): void {
  if (!makers.includes(by)) throw wrong(`“by” is one of: ${makers.join(", ")}.`);
  if (label && by === "tokens")
    throw wrong("Only a language model can score a label: “by” is “endpoint”, “editor” or “local”.");
}

/**
 * Who labels or judges a latent; null: no language model.
 * @throws ProblemError where nobody is configured
 */
async function judgeOf(
  { settings, connection, client, host }: Session,
  by: LabelMaker,
): Promise<(found: FoundLatent) => Judge | null> {
  if (by === "tokens") return () => null;
  if (by === "local") return ({ prepared }) => new LocalJudge(host, prepared.setup);
  const judge =
    by === "editor"
      ? new EditorJudge(connection, client)
      : new EndpointJudge(endpointOf((await settings.get()).settings.labels));
  return () => judge;
}

/** @throws ResponseError where the latent has no such label (any more) */
async function labelOf(
  session: Session,
  params: ExplainFeatureParams,
  found: FoundLatent,
): Promise<LabelEvidence> {
  const { labels } = await known(session, params, found);
  const label = labels.find((it) => isSame(it, params.label!));
  if (label) return label;
  throw wrong(`The latent has no label “${params.label!.text}” (any more). Ask for its labels anew.`);
}

const wrong = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);
