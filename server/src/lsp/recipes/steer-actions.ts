import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  ErrorCodes,
  ResponseError,
} from "vscode-languageserver/node";
import { type DocumentAnalysis, tokensAt } from "../../analysis/document.ts";
import type { StoredFigures } from "../../analysis/explore/search.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Description } from "../../protocol/engine.ts";
import type { Settings } from "../../protocol/settings.ts";
import type { SteerWay } from "../../protocol/steer-feature.ts";
import { type Candidate, firesHereOnly, strongestOn, tokensIn } from "../../steering/recipe/candidates.ts";
import type { NewEdit } from "../../steering/recipe/edit-text.ts";
import { editFor, hasMaximum, steerTitle, steerWays } from "../../steering/recipe/steer-ways.ts";
import { soon } from "../hover.ts";
import { sentence } from "../markdown.ts";
import { ownLabels } from "../own-labels.ts";
import { probeSteering } from "../probes/probe-steering.ts";
import type { Session } from "../session.ts";
import { isWanted, steerKind } from "./action-kinds.ts";
import { steerEdit } from "./steer-edit.ts";
import { showRecipe } from "./workspace-edit.ts";

/** What an action carries until it is chosen. */
interface SteerData {
  uri: string;
  /** Of the prompt's text that it was offered for. */
  version: number;
  edits: NewEdit[];
}

interface SteerOffer {
  title: string;
  edits: NewEdit[];
  /** What a probe says there, of which the action is a quick fix. */
  diagnostics?: Diagnostic[];
}

/**
 * Actions on what fires in a prompt and on what probes say there: at the cursor, or on a selection. Those that answer the
 * diagnostic of a probe are its quick fixes.
 */
export async function steerActions(
  session: Session,
  { textDocument: { uri }, range, context: { only } }: CodeActionParams,
  token: CancellationToken,
): Promise<CodeAction[]> {
  const outcome = session.documents.current(uri) ?? (await soon(session, uri, token));
  if (outcome === null || outcome === "later" || outcome.kind === "failed") return [];
  const { document, version } = outcome;
  const [start, end] = [range.start, range.end].map((it) => document.lines.offset(it));
  const found: SteerOffer[] = probeSteering(session, document, start, end);
  if (isWanted(only, steerKind)) found.push(...(await latentSteering(session, uri, outcome, start, end)));
  const wanted = found.filter((it) => isWanted(only, kindOf(it)));
  const offered = await Promise.all(wanted.map((it) => offer(session, { uri, version }, it)));
  return offered.filter((it) => it !== null);
}

const kindOf = ({ diagnostics }: SteerOffer) => (diagnostics?.length ? CodeActionKind.QuickFix : steerKind);

/** Steering with the strongest latents on the tokens of a place, and away from those that fire on a selection only. */
async function latentSteering(
  session: Session,
  uri: string,
  { document, settings }: { document: DocumentAnalysis; settings: Settings },
  start: number,
  end: number,
): Promise<SteerOffer[]> {
  const tokens = start === end ? tokensAt(document, start) : tokensIn(document, start, end);
  if (tokens.length === 0) return [];
  const own = await ownLabels(session, uri, document.description.model.id);
  const strongest = strongestOn(document, tokens, settings, own);
  const outputs = await outputScores(session, document.description, strongest);
  const found = strongest.flatMap((it, i) => {
    const sae = document.description.saes.find(({ id }) => id === it.sae)!;
    return (Object.keys(steerWays) as SteerWay[])
      .filter((way) => way !== "clamp" || hasMaximum(sae, it.latent))
      .map((way) => ({
        title: steerTitle(way, it, outputs[i]),
        edits: [editFor(it, steerWays[way].edit)],
      }));
  });
  const away = start === end ? [] : firesHereOnly(document, tokens, settings, own);
  if (away.length === 0) return found;
  const title = "Steer away from what fires here but not elsewhere";
  return [...found, { title, edits: away.map((it) => editFor(it, { op: "ablate" })) }];
}

/** The edit of an action that was offered without it. @throws ProblemError, ResponseError */
export async function resolveSteer(session: Session, action: CodeAction): Promise<CodeAction> {
  if (!action.data)
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      "Only an action that was offered with its data has an edit.",
    );
  const { uri, version, edits } = action.data as SteerData;
  const { edit, recipe } = await steerEdit(session, uri, version, edits, action.title);
  return { ...action, edit, ...showRecipe(session.client, recipe) };
}

/** With the edit where the client does not ask for it later; as disabled, or not at all, where it cannot be made. */
async function offer(
  session: Session,
  at: { uri: string; version: number },
  wanted: SteerOffer,
): Promise<CodeAction | null> {
  const { title, edits, diagnostics } = wanted;
  const base = { title, kind: kindOf(wanted), ...(diagnostics?.length && { diagnostics }) };
  const action: CodeAction = { ...base, data: { ...at, edits } satisfies SteerData };
  const { resolves, showsDisabled } = session.client.codeActions;
  try {
    // What cannot be done is better said where it is offered than when it is chosen.
    if (!resolves || showsDisabled) {
      const resolved = await resolveSteer(session, action);
      return resolves ? action : { ...resolved, data: undefined };
    }
    return action;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { message, remedy } = error.problem;
    if (!showsDisabled) return null;
    return { ...base, disabled: { reason: `${sentence(message)} ${remedy}` } };
  }
}

/** The output score of each, as a feature store has it; null where it is not known. */
async function outputScores(
  session: Session,
  { model, saes }: Description,
  candidates: readonly Candidate[],
): Promise<(number | null)[]> {
  const bySae = new Map<string, Promise<StoredFigures | null>>();
  return Promise.all(
    candidates.map(async ({ sae, latent }) => {
      const info = saes.find(({ id }) => id === sae)!;
      const asked = bySae.get(sae) ?? session.search.figures(model, info);
      bySae.set(sae, asked);
      // A store that cannot be read says so where it is looked at; steering does not need it.
      const figures = await asked.catch(() => null);
      const output = figures?.scores?.output[latent] ?? Number.NaN;
      return Number.isNaN(output) ? null : output;
    }),
  );
}
