import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { DocumentAnalysis, PlacedProblem } from "../../analysis/document.ts";
import { alertsOf } from "../../probes/saved/alerts.ts";
import { alertText } from "../../probes/saved/words.ts";
import type { Session } from "../session.ts";
import { probesOf } from "./document-probes.ts";

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** What a diagnostic of a probe carries for the actions on it. */
export interface ProbeDiagnosticData {
  /** The probe's file. */
  probe: string;
  /** Index of the class told. */
  output: number;
}

/** Where the enabled probes speak up in a document, at the words that they mean. */
export function probeDiagnostics(
  session: Pick<Session, "trained">,
  document: DocumentAnalysis,
): Diagnostic[] {
  const { lines } = document;
  return probesOf(session, document).flatMap(({ path, saved, readings }) =>
    alertsOf(readings, saved, lines.text).map(({ start, end, told, output, score }) => ({
      range: lines.range(start, end),
      severity: severities[saved.editor.severity],
      source: "steerscope",
      code: `probe:${saved.name}`,
      message: alertText(saved, told, score),
      data: { probe: path, output } satisfies ProbeDiagnosticData,
    })),
  );
}

/** What is told in the list of probes, and not in every file that another model reads. */
const ofTheProbe = new Set(["probe-other-model", "probe-not-live"]);

export const isOfDocument = ({ code }: PlacedProblem): boolean => !ofTheProbe.has(code);
