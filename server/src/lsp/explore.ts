import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { DocumentAnalysis, PreparedDocument } from "../analysis/document.ts";
import type { Catalogue, OwnLabels } from "../analysis/explore/catalogue.ts";
import { type ContrastSide, contrast, movedPlace, tokensIn } from "../analysis/explore/contrast.ts";
import { rowsOf } from "../analysis/explore/explorer.ts";
import { type CompleteQuery, complete, type Found, isWhole } from "../analysis/explore/list.ts";
import { noStore, notesOf } from "../analysis/explore/notes.ts";
import { typedText } from "../analysis/try-feature.ts";
import type { Description } from "../protocol/engine.ts";
import type { ContrastText, FeatureQuery, FeaturesAnswer, FeaturesParams } from "../protocol/explore.ts";
import type { Settings } from "../protocol/settings.ts";
import { answered, freshAnalysis } from "./answers.ts";
import { checkExplore } from "./explore-params.ts";
import { withProgress } from "./progress.ts";
import { contrastKeys, type Session } from "./session.ts";

/** What a list is made for. */
interface Context {
  session: Session;
  uri: string;
  prepared: PreparedDocument;
  /** The document, where a contrast looks at stretches of it. */
  analysed: DocumentAnalysis | null;
  description: Description;
  catalogue: Catalogue;
  settings: Settings;
  token: CancellationToken;
}

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
      const notes: string[] = [];
      const own = await ownLabels(session, params.labelsFor || uri, description.model.id, notes);
      const stored = await Promise.all(
        description.saes.map((sae) => session.search.figures(description.model, sae)),
      );
      const automatic = await Promise.all(
        description.saes.map((_, s) => session.automatic.of(prepared.setup, description, s, notes)),
      );
      const catalogue = session.explorer.catalogue(description, own, stored, automatic);
      const context = { session, uri, prepared, analysed, description, catalogue, settings, token };
      const query = complete(params.query, settings.hideAboveFrequency);
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
        rows: rowsOf(catalogue, list, params.offset, params.count),
        notes: [...list.notes, ...notes],
      };
    })(),
  );
}

/** What a caller needs who wants no rows: no list of all latents is made for it. */
const noRows = { latents: new Int32Array(0), contrast: null, notes: [] };

/** Whether an answer depends on the document's text. */
function readsFile({ contrast }: FeatureQuery): boolean {
  return [contrast?.on, contrast?.against].some((it) => it && "places" in it);
}

/** Names what else a list depends on: the numbers of the document's stretches, and how contrasts are measured. */
function stateOf({ session, uri, analysed, settings }: Context): string {
  return JSON.stringify([analysed && uri, analysed && session.explorer.identity(analysed), settings.ranking]);
}

async function find(context: Context, query: CompleteQuery): Promise<Found & { notes: string[] }> {
  const relative = context.settings.ranking === "relative";
  const notes = notesOf(context.catalogue, query, relative);
  return {
    contrast: query.contrast ? await findContrast(context, query.contrast, relative) : null,
    examples: await fromStore(context, "examples", query.examples?.trim(), notes),
    promotes: await fromStore(context, "promotes", query.promotes, notes),
    notes,
  };
}

async function findContrast(
  context: Context,
  { on, against, by = "mean" }: NonNullable<CompleteQuery["contrast"]>,
  relative: boolean,
): Promise<Found["contrast"]> {
  const [first, second] = contrastKeys(context.uri);
  const more = await sideOf(context, on, first);
  const less = against ? await sideOf(context, against, second) : null;
  return contrast(context.catalogue, more, less, { by, relative });
}

async function sideOf(context: Context, side: ContrastText, key: string): Promise<ContrastSide> {
  const { session, prepared, analysed, description, token } = context;
  if ("text" in side) {
    const typed = typedText(prepared, key, side.text);
    const document = await withProgress(session, key, "Steerscope", token, (inner) =>
      session.analyser.analyse(typed, inner),
    );
    if (document.description.setupId !== description.setupId) {
      session.documents.again();
      throw refused("The files of the model or its SAEs changed meanwhile. Ask again once they are read.");
    }
    return { document, tokens: [...document.visible] };
  }
  if (!analysed) throw refused("No document is meant, so that nothing can be selected in it.");
  const moved = movedPlace(analysed, side.places);
  if (moved)
    throw refused(`“${moved.text.slice(0, 60)}” no longer stands where it was selected. Select it again.`);
  return { document: analysed, tokens: tokensIn(analysed, side.places) };
}

function refused(message: string): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestFailed, message);
}

/** Asks the store of each SAE; without one, says so, and finds nothing rather than everything. */
async function fromStore(
  { session, description, catalogue }: Context,
  what: "examples" | "promotes",
  words: string | undefined,
  notes: string[],
): Promise<Map<number, number> | null> {
  if (!words) return null;
  const { model, saes } = description;
  const { search } = session;
  const found = await Promise.all(
    saes.map((sae) =>
      what === "examples" ? search.byExamples(model, sae, words) : search.byPromotedToken(model, sae, words),
    ),
  );
  const unknown = saes.filter((_, s) => !found[s]).map(({ id }) => id);
  if (unknown.length > 0) notes.push(noStore(what, unknown));
  const ranks = new Map<number, number>();
  found.forEach((latents, s) => {
    for (const [rank, feature] of latents?.entries() ?? []) ranks.set(catalogue.numberOf(s, feature), rank);
  });
  return ranks;
}

const none: OwnLabels = new Map();

/** A label file that cannot be read takes nothing away from what else is known. */
async function ownLabels(session: Session, uri: string, model: string, notes: string[]): Promise<OwnLabels> {
  const folder = session.folderOf(uri || undefined);
  if (folder === null) return none;
  try {
    return await session.labels.readAll(folder, model);
  } catch (error) {
    notes.push((error as Error).message);
    return none;
  }
}
