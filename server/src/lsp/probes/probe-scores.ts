import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { isSilent, speaksUp } from "../../probes/saved/alerts.ts";
import type { Reading } from "../../probes/saved/readings.ts";
import { figuresText } from "../../probes/saved/words.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { ProbeReading, ProbeScoresAnswer, ProbeScoresParams } from "../../protocol/probe-requests.ts";
import { freshAnalysis } from "../answers.ts";
import { sentence } from "../markdown.ts";
import type { Session } from "../session.ts";
import { probesOf } from "./document-probes.ts";

/**
 * `steerscope/probeScores`: what an enabled probe says of the newest version of a document.
 * @throws ResponseError `InvalidParams` for a probe that does not read it, with the reason
 */
export async function probeScores(
  session: Session,
  { textDocument, probe }: ProbeScoresParams,
  token: CancellationToken,
): Promise<ProbeScoresAnswer> {
  const { document, version } = await freshAnalysis(session, textDocument.uri, token);
  const found = probesOf(session, document).find(({ path }) => path === probe);
  if (!found) {
    const why = document.analysis.warnings.find((it) => it.subject === "probe" && it.path === probe);
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      why
        ? `${sentence(why.message)} ${why.remedy}`
        : `The probe ${probe} does not read this document. Name it in the setting steerscope.probes.`,
    );
  }
  const { saved, readings } = found;
  return {
    name: saved.name,
    classes: saved.target.type === "number" ? [] : saved.target.names,
    figures: figuresText(saved),
    readings: toldReadings(readings, saved),
    version,
  };
}

/** What a probe says, with where it speaks up and how strongly to shade each; nothing is shaded where it abstains. */
export function toldReadings(readings: readonly Reading[], saved: SavedProbe): ProbeReading[] {
  const shades = shadesOf(readings, saved);
  return readings.map((reading, i) => {
    const { range, told, score, scores, abstains = false } = reading;
    const shade = abstains ? 0 : shades[i];
    return { range, told, score, scores, abstains, alert: speaksUp(reading, saved), shade };
  });
}

function shadesOf(readings: readonly Reading[], saved: SavedProbe): number[] {
  if (saved.target.type !== "number") {
    const { length } = saved.target.names;
    return readings.map(({ output, score }) => (length > 2 && isSilent(output, saved) ? 0 : score));
  }
  const values = readings.map(({ score }) => score);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((it) => (most > least ? (it - least) / (most - least) : 0));
}
