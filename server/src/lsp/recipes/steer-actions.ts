import type { CancellationToken, CodeAction, CodeActionParams } from "vscode-languageserver/node";
import { tokensAt } from "../../analysis/document.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { type Candidate, firesHereOnly, strongestOn, tokensIn } from "../../steering/recipe/candidates.ts";
import type { NewEdit } from "../../steering/recipe/edit-text.ts";
import { soon } from "../hover.ts";
import { sentence } from "../markdown.ts";
import { ownLabels } from "../own-labels.ts";
import type { Session } from "../session.ts";
import { steerEdit } from "./steer-edit.ts";
import { showRecipe } from "./workspace-edit.ts";

/** What an action carries until it is chosen. */
interface SteerData {
  uri: string;
  /** Of the prompt's text that it was offered for. */
  version: number;
  edits: NewEdit[];
}

/** Ways to steer with one latent. A residual norm's half is a push that most models still write sense under. */
const ways: { verb: string; edit: Omit<NewEdit, "feature"> }[] = [
  { verb: "Amplify", edit: { strength: 0.5 } },
  { verb: "Suppress", edit: { strength: -0.5 } },
  { verb: "Ablate", edit: { op: "ablate" } },
  { verb: "Clamp to its strongest:", edit: { op: "clamp", strength: 1 } },
];

/** Actions on what fires in a prompt: on the token under the cursor, or on a selection. */
export async function steerActions(
  session: Session,
  { textDocument: { uri }, range }: CodeActionParams,
  token: CancellationToken,
): Promise<CodeAction[]> {
  const outcome = session.documents.current(uri) ?? (await soon(session, uri, token));
  if (outcome === null || outcome === "later" || outcome.kind === "failed") return [];
  const { document, version, settings } = outcome;
  const [start, end] = [range.start, range.end].map((it) => document.lines.offset(it));
  const tokens = start === end ? tokensAt(document, start) : tokensIn(document, start, end);
  if (tokens.length === 0) return [];
  const own = await ownLabels(session, uri, document.description.model.id);
  const found = strongestOn(document, tokens, settings, own).flatMap((it) =>
    ways
      .filter(({ edit }) => edit.op !== "clamp" || hasMaximum(document.description.saes, it))
      .map(({ verb, edit }) => ({ title: `${verb} ${nameOf(it)}`, edits: [editOf(it, edit)] })),
  );
  const away = start === end ? [] : firesHereOnly(document, tokens, settings, own);
  if (away.length > 0) {
    const title = "Steer away from what fires here but not elsewhere";
    found.push({ title, edits: away.map((it) => editOf(it, { op: "ablate" })) });
  }
  const offered = await Promise.all(found.map((it) => offer(session, { uri, version }, it)));
  return offered.filter((it) => it !== null);
}

/** The edit of an action that was offered without it. @throws ProblemError, ResponseError */
export async function resolveSteer(session: Session, action: CodeAction): Promise<CodeAction> {
  const { uri, version, edits } = action.data as SteerData;
  const { edit, recipe } = await steerEdit(session, uri, version, edits, action.title);
  return { ...action, edit, ...showRecipe(session.client, recipe) };
}

/** With the edit where the client does not ask for it later; as disabled, or not at all, where it cannot be made. */
async function offer(
  session: Session,
  at: { uri: string; version: number },
  { title, edits }: { title: string; edits: NewEdit[] },
): Promise<CodeAction | null> {
  const action: CodeAction = { title, data: { ...at, edits } satisfies SteerData };
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
    return { title, disabled: { reason: `${sentence(message)} ${remedy}` } };
  }
}

function editOf({ sae, latent, label }: Candidate, edit: Omit<NewEdit, "feature">): NewEdit {
  return { feature: `${sae}/${latent}`, ...edit, comment: label };
}

function nameOf({ sae, latent, label }: Candidate): string {
  return label === null ? `${sae}/${latent}` : `“${label}” (${sae}/${latent})`;
}

function hasMaximum(
  saes: readonly { id: string; maximum: Float32Array | null }[],
  { sae, latent }: Candidate,
): boolean {
  return (saes.find(({ id }) => id === sae)?.maximum?.[latent] ?? 0) > 0;
}
