import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { withAutomatic } from "../analysis/automatic-labels.ts";
import type { PreparedDocument } from "../analysis/document.ts";
import { type Latent, latentOf, toFeature } from "../analysis/feature.ts";
import { oneLine } from "../analysis/label-tree.ts";
import { toTried, typedText } from "../analysis/try-feature.ts";
import type { Description } from "../protocol/engine.ts";
import {
  type FeatureResult,
  type FeatureScores,
  type LabelEvidence,
  LONGEST_LABEL,
} from "../protocol/feature.ts";
import type {
  FeatureParams,
  LabelFeatureParams,
  LabelledFeature,
  TriedFeature,
  TryFeatureParams,
} from "../protocol/requests.ts";
import { scoreLatent } from "../scan/feature-scores.ts";
import { readStoreOf } from "../scan/store-of-sae.ts";
import { answered, noSuchLatent } from "./answers.ts";
import { withProgress } from "./progress.ts";
import { type Session, typedKey } from "./session.ts";

/** UTF-16 units of a typed text; more belongs into a file. */
const LONGEST_TYPED = 4_000;

/** `steerscope/feature`: all that is known of one latent. Needs no analysis of the document, only its set-up. */
export function feature(
  session: Session,
  params: FeatureParams,
  token: CancellationToken,
): Promise<FeatureResult> {
  return answered(
    (async () => {
      const found = await findLatent(session, params, token);
      const result = await known(session, params, found);
      const scores =
        result.scores ??
        (params.scores ? await measureScores(session, found.prepared, found.latent, token) : null);
      return { ...result, scores };
    })(),
  );
}

/** Measures the output and input score of a latent, and keeps them where its store allows it. */
async function measureScores(
  session: Session,
  prepared: PreparedDocument,
  latent: Latent,
  token: CancellationToken,
): Promise<FeatureScores> {
  const { model, sae } = latent;
  const store = readStoreOf(model, sae, await session.places(), ({ path }) => path);
  return withProgress(session, prepared.key, "Scoring", token, async (inner) => {
    const setup = await session.analyser.usableSetup(prepared, inner);
    return scoreLatent(session.host, setup, latent, store, inner);
  });
}

/** All that is known of a latent, its labels from every source side by side. */
export async function known(
  session: Session,
  params: FeatureParams,
  { latent, prepared, description }: FoundLatent,
): Promise<FeatureResult> {
  const notes: string[] = [];
  const s = description.saes.indexOf(latent.sae);
  const [own, found, automatic] = await Promise.all([
    userLabels(session, params, latent, notes),
    session.features.feature(latent),
    session.automatic.of(prepared.setup, description, s, notes),
  ]);
  const result = toFeature(latent, own, found);
  const labels = withAutomatic(result.labels, automatic?.get(latent.feature));
  return { ...result, labels, notes: [...result.notes, ...notes] };
}

/** `steerscope/tryFeature`: the activations of one latent on a text that stands in no file. */
export function tryFeature(
  session: Session,
  params: TryFeatureParams,
  token: CancellationToken,
): Promise<TriedFeature> {
  if (params.text.length > LONGEST_TYPED) {
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `The text is longer than ${LONGEST_TYPED} characters. Put it into a file to see the feature on it.`,
    );
  }
  return answered(
    (async () => {
      const { prepared } = await findLatent(session, params, token);
      const key = typedKey(params.textDocument?.uri ?? "");
      const typed = typedText(prepared, key, params.text);
      const document = await withProgress(session, key, "Steerscope", token, (inner) =>
        session.analyser.analyse(typed, inner),
      );
      // An SAE that went wrong since it was found is left out of the analysis.
      if (!latentOf(document.description, params.sae, params.feature))
        throw noSuchLatent(document.description.saes, params);
      return toTried(document, params.sae, params.feature);
    })(),
  );
}

/** `steerscope/labelFeature`: writes the user's own label into the label file of the workspace folder. */
export function labelFeature(
  session: Session,
  params: LabelFeatureParams,
  token: CancellationToken,
): Promise<LabelledFeature> {
  return answered(
    (async () => {
      const { length } = oneLine(params.text);
      if (length > LONGEST_LABEL) {
        throw new ResponseError(
          ErrorCodes.InvalidParams,
          `A label has at most ${LONGEST_LABEL} characters; this one has ${length}.`,
        );
      }
      const { latent } = await findLatent(session, params, token);
      const folder = session.folderOf(fileOf(params));
      if (folder === null) throw new ResponseError(ErrorCodes.InvalidParams, noFolder(session));
      return { file: await session.labels.write(folder, placeOf(latent), params.text) };
    })(),
  );
}

export interface FoundLatent {
  prepared: PreparedDocument;
  description: Description;
  latent: Latent;
}

/** @throws ResponseError `InvalidParams` for a latent that is not there. */
export async function findLatent(
  session: Session,
  params: FeatureParams,
  token: CancellationToken,
): Promise<FoundLatent> {
  const { textDocument } = params;
  const prepared = textDocument
    ? (await session.documents.read(textDocument.uri, token)).document
    : await session.withoutDocument();
  const description = await withProgress(session, prepared.key, "Steerscope", token, (inner) =>
    session.analyser.describeSetup(prepared, inner),
  );
  const latent = latentOf(description, params.sae, params.feature);
  if (!latent) throw noSuchLatent(description.saes, params);
  return { prepared, description, latent };
}

/** A label file that cannot be read takes nothing away from what else is known. */
async function userLabels(
  session: Session,
  params: FeatureParams,
  latent: Latent,
  notes: string[],
): Promise<LabelEvidence[]> {
  const folder = session.folderOf(fileOf(params));
  if (folder === null) return [];
  try {
    const label = await session.labels.read(folder, placeOf(latent));
    return label ? [label] : [];
  } catch (error) {
    notes.push((error as Error).message);
    return [];
  }
}

/** The file whose folder's labels count. */
function fileOf({ labelsFor, textDocument }: FeatureParams): string | undefined {
  return labelsFor || textDocument?.uri;
}

function noFolder({ folders }: Session): string {
  return folders.isEmpty
    ? "Labels are kept in the workspace, and no folder is open. Open one first."
    : "Labels are kept in the workspace, and this file lies outside the workspace. Open its folder first.";
}

function placeOf({ model, sae, feature }: Latent) {
  return { model: model.id, sae: sae.id, feature };
}
