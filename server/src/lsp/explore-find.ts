import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { DocumentAnalysis, PreparedDocument } from "../analysis/document.ts";
import type { Catalogue } from "../analysis/explore/catalogue.ts";
import { type ContrastSide, contrast, movedPlace, tokensIn } from "../analysis/explore/contrast.ts";
import { findAlike } from "../analysis/explore/find-alike.ts";
import { likeness } from "../analysis/explore/likeness.ts";
import type { CompleteQuery, Found } from "../analysis/explore/list.ts";
import { noEmbeddingModel, noStore, notesOf } from "../analysis/explore/notes.ts";
import { typedText } from "../analysis/try-feature.ts";
import type { EmbeddingModel } from "../hub/embedding-models.ts";
import type { Description } from "../protocol/engine.ts";
import type { Alike, ContrastText } from "../protocol/explore.ts";
import type { Settings } from "../protocol/settings.ts";
import { withProgress } from "./progress.ts";
import { contrastKeys, type Session } from "./session.ts";

/** What a list is made for. */
export interface ExploreContext {
  session: Session;
  uri: string;
  prepared: PreparedDocument;
  /** The document, where a contrast looks at stretches of it. */
  analysed: DocumentAnalysis | null;
  description: Description;
  catalogue: Catalogue;
  settings: Settings;
  /** What compares meanings, where that is asked for and there is one. */
  embedding: EmbeddingModel | null;
  token: CancellationToken;
}

/** Looks for what is not in the catalogue, and says what it rests on. */
export async function find(
  context: ExploreContext,
  query: CompleteQuery,
): Promise<Found & { notes: string[] }> {
  const relative = context.settings.ranking === "relative";
  const notes = notesOf(context.catalogue, query, relative);
  return {
    contrast: query.contrast ? await findContrast(context, query.contrast, relative) : null,
    examples: await fromStore(context, "examples", query.examples?.trim(), notes),
    promotes: await fromStore(context, "promotes", query.promotes, notes),
    like: query.like ? await findLike(context, query.like.texts) : null,
    alike: query.alike ? await fromAnswers(context, query.alike, notes) : null,
    meaning: query.meaning?.trim() ? await byMeaning(context, query.meaning.trim(), notes) : null,
    notes,
  };
}

/** Without a model, says so, and finds nothing rather than everything. */
async function byMeaning(
  { session, catalogue, embedding, settings, token }: ExploreContext,
  meaning: string,
  notes: string[],
): Promise<Map<number, number>> {
  if (!embedding) {
    notes.push(noEmbeddingModel(settings.embeddingModel));
    return new Map();
  }
  const title = "Steerscope: labels by meaning";
  const { cosines, note } = await withProgress(session, "", title, token, (inner, tell) =>
    session.meaning.find(catalogue, meaning, embedding, inner, (done, total) =>
      tell({ key: "", stage: "embedding", done, total }),
    ),
  );
  notes.push(note);
  return cosines;
}

async function findLike(context: ExploreContext, texts: string[]): Promise<Found["like"]> {
  const { session, prepared, token } = context;
  const { description, responses } = await withProgress(session, "", "Steerscope", token, (inner) =>
    session.responder.to(prepared, texts, inner),
  );
  assertSame(context, description);
  return likeness(context.catalogue, responses);
}

async function fromAnswers(context: ExploreContext, alike: Alike, notes: string[]): Promise<Found["alike"]> {
  const { session, prepared, catalogue, token } = context;
  const title = "Steerscope: how latents answer to fixed inputs";
  const { distances, note } = await withProgress(session, "", title, token, (inner) =>
    findAlike(session.responder, prepared, alike, inner),
  );
  if (distances.length !== catalogue.saes.length) throw changed(session);
  notes.push(note);
  return catalogue.numbered(distances);
}

/** The catalogue's numbers mean nothing for other SAEs than its own. */
function assertSame({ session, description }: ExploreContext, now: Description): void {
  if (now.setupId !== description.setupId) throw changed(session);
}

function changed(session: Session): ResponseError {
  session.documents.again();
  return refused("The files of the model or its SAEs changed meanwhile. Ask again once they are read.");
}

async function findContrast(
  context: ExploreContext,
  { on, against, by = "mean" }: NonNullable<CompleteQuery["contrast"]>,
  relative: boolean,
): Promise<Found["contrast"]> {
  const [first, second] = contrastKeys(context.uri);
  const more = await sideOf(context, on, first);
  const less = against ? await sideOf(context, against, second) : null;
  return contrast(context.catalogue, more, less, { by, relative });
}

async function sideOf(context: ExploreContext, side: ContrastText, key: string): Promise<ContrastSide> {
  const { session, prepared, analysed, token } = context;
  if ("text" in side) {
    const typed = typedText(prepared, key, side.text);
    const document = await withProgress(session, key, "Steerscope", token, (inner) =>
      session.analyser.analyse(typed, inner),
    );
    assertSame(context, document.description);
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
  { session, description, catalogue }: ExploreContext,
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
