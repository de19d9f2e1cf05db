import { dirname } from "node:path";
import type { CancellationToken } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PlacedProblem } from "../../analysis/document.ts";
import { placeProblem } from "../../analysis/problems.ts";
import { CancelledError, toProblem } from "../../host/problem-error.ts";
import { lookAtData } from "../../probes/data/look.ts";
import { missingHooks } from "../../probes/spec/hooks.ts";
import { parseProbe } from "../../probes/spec/parse.ts";
import type { ParsedProbe, ProbeSpec } from "../../probes/spec/types.ts";
import type { Description } from "../../protocol/engine.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import type { CheckedFile } from "../yaml/open-files.ts";
import { prepareOpen } from "../yaml/prepare-open.ts";

/** A probe's specification, looked up in its set-up and its data. */
export interface CheckedProbe extends CheckedFile {
  parsed: ParsedProbe;
  /** Null where the set-up cannot be read. */
  description: Description | null;
  /** The columns of the data's files, as far as they are known. */
  columns: string[];
}

/** Reads a specification and looks up what it names; of its data only the beginning is read. @throws CancelledError */
export async function checkProbe(
  session: Session,
  document: TextDocument,
  token: CancellationToken,
): Promise<CheckedProbe> {
  const { uri, version } = document;
  const parsed = parseProbe(document.getText());
  const { file, prepared, problems: ofSetup } = await prepareOpen(session, document, parsed.named);
  const problems = [...parsed.problems, ...ofSetup];
  const checked: CheckedProbe = { uri, version, prepared, parsed, description: null, columns: [], problems };
  // A specification that is not trusted says nothing of which files are looked into.
  if (parsed.data && file !== null && session.client.trusted) {
    const { level } = parsed.spec ?? { level: "text" };
    const found = await lookAtData({ ...parsed.data, level }, dirname(file));
    checked.columns = found.columns;
    problems.push(...found.problems.map(({ at, ...problem }) => placedAt(parsed, at, problem)));
  }
  try {
    checked.description = await withProgress(session, uri, "Steerscope", token, (inner) =>
      session.analyser.describeSetup(prepared, inner, problems),
    );
    if (parsed.spec) problems.push(...notInSetup(parsed, parsed.spec, checked.description));
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    problems.push(placeProblem(prepared, toProblem(error)));
  }
  if (token.isCancellationRequested) throw new CancelledError();
  return checked;
}

/** A problem where its value stands, else where the nearest one around it does. */
export function placedAt(
  { places }: Pick<ParsedProbe, "places">,
  at: string,
  problem: Omit<PlacedProblem, "start" | "end">,
): PlacedProblem {
  for (let path = at; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const place = places.get(path);
    if (place) return { ...problem, ...place };
  }
  return { ...problem, start: 0, end: 1 };
}

/** Hook points that the model has not, and SAEs that a kind needs. */
function notInSetup(parsed: ParsedProbe, spec: ProbeSpec, { model, saes }: Description): PlacedProblem[] {
  const hooks = missingHooks(spec, model.layers).map((i) =>
    placedAt(parsed, `hooks.${i}`, {
      code: "probe-hook-missing",
      message: `${model.id} has no hook point ${spec.hooks[i]}: its layers are 0 to ${model.layers - 1}.`,
      remedy: "Name one that it has.",
      subject: "probe",
      severity: "error",
    }),
  );
  if (!spec.kinds.includes("k-sparse") || saes.length > 0) return hooks;
  const none = placedAt(parsed, "kinds", {
    code: "probe-saes-missing",
    message: "A k-sparse probe reads latents of SAEs, and the set-up has none.",
    remedy: "Name some with saes, or take another kind.",
    subject: "probe",
    severity: "error",
  });
  return [...hooks, none];
}
