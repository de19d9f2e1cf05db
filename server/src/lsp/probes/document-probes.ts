import type { DocumentAnalysis } from "../../analysis/document.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { type Reading, readingsOf } from "../../probes/saved/readings.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { Session } from "../session.ts";

/** A probe that read a document, and what it says of it. */
export interface DocumentProbe {
  path: string;
  saved: SavedProbe;
  readings: Reading[];
}

const known = new WeakMap<DocumentAnalysis, DocumentProbe[]>();

/** The probes that read an analysed document; one whose file went or was replaced by another meanwhile is left out. */
export function probesOf({ trained }: Pick<Session, "trained">, document: DocumentAnalysis): DocumentProbe[] {
  const before = known.get(document);
  if (before) return before;
  const probes = document.analysis.probes.flatMap(({ path, outputs }): DocumentProbe[] => {
    try {
      const saved = trained.saved.get(path);
      const expected = saved.target.type === "number" ? 1 : saved.target.names.length;
      return expected === outputs ? [{ path, saved, readings: readingsOf(document, path, saved) }] : [];
    } catch (error) {
      if (error instanceof ProblemError) return [];
      throw error;
    }
  });
  known.set(document, probes);
  return probes;
}
