import type { DocumentAnalysis } from "../../analysis/document.ts";
import { streamHook } from "../../analysis/hooks.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Reading } from "../../probes/saved/readings.ts";
import { restoreProbe } from "../../probes/saved/restore.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { NewEdit } from "../../steering/recipe/edit-text.ts";
import type { Session } from "../session.ts";
import { type DocumentProbe, probesOf } from "./document-probes.ts";

/** As strong as steering with a latent begins: half a residual norm. */
const strength = 0.5;

/** Steering towards and away from what the enabled probes tell of a place of a document (UTF-16 offsets), where they have a direction. */
export function probeSteering(
  session: Pick<Session, "trained">,
  document: DocumentAnalysis,
  start: number,
  end: number,
): { title: string; edits: NewEdit[] }[] {
  return probesOf(session, document).flatMap((probe) => {
    const reading = probe.readings.find((it) => it.start <= start && start < it.end && end <= it.end);
    if (!reading || !hasDirection(probe, reading)) return [];
    const { saved, path } = probe;
    const told = classOf(saved, reading);
    const [more, less] =
      told === null ? ["towards more", "towards less"] : [`towards “${told}”`, `away from “${told}”`];
    const edit = (by: number): NewEdit[] => [{ probe: path, class: told, strength: by }];
    return [
      { title: `Steer ${less} with the probe ${saved.name}`, edits: edit(-strength) },
      { title: `Steer ${more} with the probe ${saved.name}`, edits: edit(strength) },
    ];
  });
}

/** The class that it tells of a place; null of numbers and orders, whose direction is towards more. */
const classOf = ({ target }: SavedProbe, { output }: Reading): string | null =>
  target.type === "classes" ? target.names[output] : null;

/** Whether a recipe can add to the residual stream what it tells. */
function hasDirection({ path, saved: { reads, target } }: DocumentProbe, { output }: Reading): boolean {
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
