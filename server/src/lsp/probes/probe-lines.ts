import type { DocumentAnalysis } from "../../analysis/document.ts";
import { doubtText, figuresText } from "../../probes/saved/words.ts";
import { escaped } from "../markdown.ts";
import type { Session } from "../session.ts";
import { probesOf } from "./document-probes.ts";

/** A hover has room for so many. */
const MOST = 4;

/** What the enabled probes say of the stretch or token at an offset of the document, a line of Markdown each. */
export function probeLines(
  session: Pick<Session, "trained">,
  document: DocumentAnalysis,
  offset: number,
): string[] {
  const lines = probesOf(session, document).flatMap(({ saved, readings }) => {
    const reading = readings.find(({ start, end }) => start <= offset && offset < end);
    if (!reading) return [];
    const { told, output, scores, abstains } = reading;
    const says = abstains
      ? "abstains"
      : saved.target.type === "number"
        ? told
        : `“${escaped(told)}” ${scores[output].toFixed(2)}`;
    const of = saved.reads.level === "token" ? "" : " of this sentence";
    const doubt = doubtText(saved);
    return [
      `Probe ${escaped(saved.name)}${of}: **${says}** · ${figuresText(saved)}${doubt ? ` · ⚠ ${doubt}` : ""}`,
    ];
  });
  const left = lines.length - MOST;
  return left > 0 ? [...lines.slice(0, MOST), `${left} more probes are not shown`] : lines;
}
