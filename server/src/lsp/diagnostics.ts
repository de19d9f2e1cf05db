import {
  type CancellationToken,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
} from "vscode-languageserver/node";
import type { PlacedProblem, PreparedDocument } from "../analysis/document.ts";
import { placeProblem } from "../analysis/problems.ts";
import { parseProbe } from "../probes/spec/parse.ts";
import { parseRecipe } from "../steering/recipe/parse.ts";
import { sentence } from "./markdown.ts";
import { isOfDocument, probeDiagnostics } from "./probes/probe-diagnostics.ts";
import { namedRecipeProblems } from "./recipes/named-recipes.ts";
import type { Session } from "./session.ts";
import { fileDiagnostics } from "./yaml/file-diagnostics.ts";

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

/** How long a pull waits for the analysis before it answers what is known without; the rest follows by a refresh. */
const PATIENCE = 500;

/** `textDocument/diagnostic`: problems of the prompt file, the model, the SAEs, and warnings of the analysis. */
export async function diagnostic(
  session: Session,
  params: DocumentDiagnosticParams,
  token: CancellationToken,
): Promise<DocumentDiagnosticReport> {
  const { uri } = params.textDocument;
  const { recipes, probes } = session;
  if (recipes.has(uri)) {
    const kind = { files: recipes, parse: parseRecipe };
    return { kind: "full", items: await fileDiagnostics(session, kind, uri, PATIENCE) };
  }
  if (probes.has(uri)) {
    const kind = { files: probes, parse: parseProbe };
    return { kind: "full", items: await fileDiagnostics(session, kind, uri, PATIENCE) };
  }
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([session.documents.fresh(uri, token).catch(() => {}), patience]);
  clearTimeout(timer);
  return { kind: "full", items: await allDiagnostics(session, uri) };
}

/** What is known to be wrong with a prompt now, and with the recipes that it names. */
export async function allDiagnostics(session: Session, uri: string): Promise<Diagnostic[]> {
  const prepared = session.documents.prepared(uri)?.document;
  const named = prepared ? await namedRecipeProblems(session, prepared) : [];
  return [...diagnosticsOf(session, uri), ...(prepared ? toDiagnostics(prepared, named) : [])];
}

function diagnosticsOf(session: Session, uri: string): Diagnostic[] {
  const outcome = session.documents.current(uri);
  if (!outcome) {
    const prepared = session.documents.prepared(uri);
    return prepared ? toDiagnostics(prepared.document, prepared.document.problems) : [];
  }
  const { document } = outcome;
  const known = document.problems.some(
    (problem) => problem.code === (outcome.kind === "failed" && outcome.problem.code),
  );
  if (outcome.kind === "done")
    return [
      ...toDiagnostics(document, document.problems.filter(isOfDocument)),
      ...probeDiagnostics(session, outcome.document),
    ];
  if (known) return toDiagnostics(document, document.problems);
  const severity = outcome.problem.code === "analysis-cancelled" ? "information" : "error";
  return toDiagnostics(document, [...document.problems, placeProblem(document, outcome.problem, severity)]);
}

export function toDiagnostics(
  { lines }: Pick<PreparedDocument, "lines">,
  problems: PlacedProblem[],
): Diagnostic[] {
  return problems.map((problem) => ({
    range: lines.range(problem.start, problem.end),
    severity: severities[problem.severity],
    source: "steerscope",
    code: problem.code,
    message: `${sentence(problem.message)} ${problem.remedy}`,
  }));
}
