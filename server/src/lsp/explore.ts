import type { CancellationToken } from "vscode-languageserver/node";
import { rowsOf } from "../analysis/explore/explorer.ts";
import { complete, isWhole, nothingFound } from "../analysis/explore/list.ts";
import { located } from "../analysis/setup.ts";
import { embeddingIdentity, findEmbeddingModel } from "../hub/embedding-models.ts";
import type { FeatureQuery, FeaturesAnswer, FeaturesParams } from "../protocol/explore.ts";
import type { Settings } from "../protocol/settings.ts";
import { answered, freshAnalysis } from "./answers.ts";
import { catalogueOf } from "./catalogue.ts";
import { type ExploreContext, find } from "./explore-find.ts";
import { checkExplore } from "./explore-params.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";

/** `steerscope/features`: a part of the list of a set-up's latents. Only a contrast needs the document's analysis. */
export function features(
  session: Session,
  params: FeaturesParams,
  token: CancellationToken,
): Promise<FeaturesAnswer> {
  checkExplore(params);
  return answered(
    (async () => {
      const uri = params.textDocument?.uri ?? "";
      const { document: prepared, settings } = uri
        ? await session.documents.read(uri, token)
        : { document: await session.withoutDocument(), settings: (await session.settings.get()).settings };
      const analysed = readsFile(params.query) ? (await freshAnalysis(session, uri, token)).document : null;
      // The file's numbers are those of the SAEs that it was analysed with, whatever lies on the disk by now.
      const description =
        analysed?.description ??
        (await withProgress(session, prepared.key, "Steerscope", token, (inner) =>
          session.analyser.describeSetup(prepared, inner),
        ));
      const labelsFor = params.labelsFor || uri;
      const { catalogue, scored, notes } = await catalogueOf(session, prepared, description, labelsFor);
      const query = complete(params.query, settings.hideAboveFrequency);
      const embedding = query.meaning?.trim() ? embeddingModel(session, uri, settings) : null;
      const context = {
        ...{ session, uri, prepared, analysed, description, catalogue, settings, embedding, token },
      };
      const list =
        params.count === 0 && isWhole(query)
          ? { ...noRows, total: catalogue.size }
          : await session.explorer.list(catalogue, query, stateOf(context), () => find(context, query));
      return {
        model: description.model.id,
        saes: description.saes.map(({ id, hook, architecture, width, conventions, check }) => ({
          ...{ id, hook, architecture, width },
          ...{ conventions, check },
        })),
        total: "total" in list ? list.total : list.latents.length,
        of: catalogue.size,
        offset: params.offset,
        scored,
        rows: rowsOf(catalogue, list, params.offset, params.count),
        notes: [...list.notes, ...notes],
      };
    })(),
  );
}

/** What a caller needs who wants no rows: no list of all latents is made for it. */
const noRows = {
  latents: new Int32Array(0),
  found: nothingFound,
  notes: [],
};

/** Whether an answer depends on the document's text. */
function readsFile({ contrast }: FeatureQuery): boolean {
  return [contrast?.on, contrast?.against].some((it) => it && "places" in it);
}

/** The setting's model, or a known one; null where there is none. */
function embeddingModel(session: Session, uri: string, { embeddingModel: named }: Settings) {
  return findEmbeddingModel(named && located(named, session.folderOf(uri || undefined)));
}

/** Names what else a list depends on: the numbers of the document's stretches, how contrasts and meanings are measured. */
function stateOf({ session, uri, analysed, settings, embedding }: ExploreContext): string {
  const numbers = analysed && session.explorer.identity(analysed);
  return JSON.stringify([
    ...[analysed && uri, numbers, settings.ranking],
    ...[settings.embeddingModel, embedding && embeddingIdentity(embedding)],
  ]);
}
