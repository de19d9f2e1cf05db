import type { Diagnostic } from "vscode-languageserver/node";
import type { DocumentAnalysis } from "../../analysis/document.ts";
import { streamHook } from "../../analysis/hooks.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Reading } from "../../probes/saved/readings.ts";
import { restoreProbe } from "../../probes/saved/restore.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { NewEdit } from "../../steering/recipe/edit-text.ts";
import type { Session } from "../session.ts";
import { type DocumentProbe, probesOf } from "./document-probes.ts";
import { type ProbeDiagnosticData, probeDiagnostics } from "./probe-diagnostics.ts";

/** As strong as steering with a latent begins: half a residual norm. */
const strength = 0.5;

/** A way to steer with a probe, and the diagnostics of that probe which it answers: none where the probe does not speak up. */
export interface ProbeSteering {
  title: string;
  edits: NewEdit[];
  diagnostics: Diagnostic[];
}

/**
 * Steering away from and towards what the enabled probes say of a place of a document, where they have a direction: for every
 * class that a probe speaks up about there, over however many sentences; where it does not, for what it tells of the one stretch
 * that holds the place.
 * @param start @param end UTF-16 offsets
 */
export function probeSteering(
  session: Pick<Session, "trained">,
  document: DocumentAnalysis,
  start: number,
  end: number,
): ProbeSteering[] {
  const alerts = probeDiagnostics(session, document).filter(({ range }) => {
    const [from, to] = [range.start, range.end].map((it) => document.lines.offset(it));
    // A cursor at the end of what a diagnostic marks is still on it, as editors have it.
    return start === end ? from <= start && start <= to : from < end && start < to;
  });
  return probesOf(session, document).flatMap((probe) => {
    const own = alerts.filter(({ data }) => (data as ProbeDiagnosticData).probe === probe.path);
    const outputs =
      own.length > 0
        ? own.map(({ data }) => (data as ProbeDiagnosticData).output)
        : probe.readings.filter((it) => holds(it, start, end)).map(({ output }) => output);
    const steerable = [...new Set(outputs)].filter((it) => hasDirection(probe, it));
    const classes = new Map(steerable.map((it) => [classOf(probe.saved, it), it]));
    return [...classes].flatMap(([told, output]) => {
      const isMeant = ({ data }: Diagnostic) =>
        told === null || (data as ProbeDiagnosticData).output === output;
      return waysOf(probe, told, own.filter(isMeant));
    });
  });
}

const holds = (reading: Reading, start: number, end: number) =>
  reading.start <= start && start < reading.end && end <= reading.end;

function waysOf(
  { saved, path }: DocumentProbe,
  told: string | null,
  diagnostics: Diagnostic[],
): ProbeSteering[] {
  const [more, less] =
    told === null ? ["towards more", "towards less"] : [`towards “${told}”`, `away from “${told}”`];
  const edits = (by: number): NewEdit[] => [{ probe: path, class: told, strength: by }];
  return [
    { title: `Steer ${less} with the probe ${saved.name}`, edits: edits(-strength), diagnostics },
    { title: `Steer ${more} with the probe ${saved.name}`, edits: edits(strength), diagnostics },
  ];
}

/** The class of an output; null of numbers and orders, whose direction is towards more. */
const classOf = ({ target }: SavedProbe, output: number): string | null =>
  target.type === "classes" ? target.names[output] : null;

/** Whether a recipe can add to the residual stream what one of its outputs tells. */
function hasDirection({ path, saved: { reads, target } }: DocumentProbe, output: number): boolean {
  const { source } = reads;
  if (source.kind === "attention" || source.kind === "text" || streamHook(source.hook) === null) return false;
  if (source.kind === "hook" && streamHook(source.hook) !== source.hook) return false;
  try {
    const directions = restoreProbe(path).fit.directions();
    const isOneForTwo = directions.length === 1 && target.names.length === 2;
    return target.type === "classes" && !isOneForTwo
      ? directions.some((it) => it.output === output)
      : directions.length > 0;
  } catch (error) {
    // Its tensors went or changed since it read the text.
    if (error instanceof ProblemError) return false;
    throw error;
  }
}
