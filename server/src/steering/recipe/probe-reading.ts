import type { PlacedProblem } from "../../analysis/document.ts";
import { toProblem } from "../../host/problem-error.ts";
import type { RestoredProbe } from "../../probes/saved/restore.ts";
import { at } from "./resolve-feature.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ProbeReference } from "./types.ts";

/** Opens the probe that a recipe names; one of another model says nothing here. @throws CancelledError */
export async function openedProbe(
  reference: ProbeReference,
  { readProbe, identify, folder, trusted, description }: Surroundings,
): Promise<RestoredProbe | PlacedProblem> {
  const { name, start, end } = reference;
  if (!trusted)
    return at(
      reference,
      "workspace-not-trusted",
      `The probe “${name}” is not read: this workspace is not trusted.`,
      "Trust the workspace to load probes that its files name.",
    );
  let opened: RestoredProbe;
  try {
    opened = await readProbe(name, folder);
  } catch (error) {
    return { ...toProblem(error), start, end, severity: "error" };
  }
  const { model } = opened.saved;
  if (model.sha256 === (await identify()).model.sha256) return opened;
  return at(
    reference,
    "recipe-probe-other-model",
    `The probe “${name}” was trained on ${model.id} as it was then, and this is ${description.model.id} with other files.`,
    "Train it again on this model, or take another probe.",
  );
}

/**
 * The sign with which a probe's direction is taken, and what the direction is towards.
 * @param directions of the probe: the output that each speaks for
 */
export function meantDirection(
  reference: ProbeReference,
  { saved }: RestoredProbe,
  directions: readonly { output: number }[],
): { index: number; sign: 1 | -1; towards: string | null } | PlacedProblem {
  const { type, names } = saved.target;
  const asked = reference.class;
  if (type !== "classes") {
    if (asked === null) return { index: 0, sign: 1, towards: null };
    const what = type === "number" ? "a number" : "an order";
    return at(
      asked,
      "recipe-probe-class",
      `The probe “${reference.name}” tells ${what}: it has one direction, towards more.`,
      "Take class away.",
    );
  }
  const all = names.join(", ");
  if (asked === null && directions.length > 1)
    return at(
      reference,
      "recipe-probe-class",
      `The probe “${reference.name}” has a direction for each of its classes: ${all}.`,
      "Say which is meant: class: NAME.",
    );
  const output = asked === null ? directions[0].output : names.indexOf(asked.value);
  const index = directions.findIndex((it) => it.output === output);
  if (index >= 0) return { index, sign: 1, towards: names[output] };
  // Of two classes there is one direction; away from the one is towards the other.
  if (output >= 0 && names.length === 2 && directions.length === 1)
    return { index: 0, sign: -1, towards: names[output] };
  return at(
    asked ?? reference,
    "recipe-probe-class",
    `The probe “${reference.name}” has no direction for “${asked?.value}”; its classes are ${all}.`,
    "Name one of these that it learnt.",
  );
}

/** What is said of a probe's direction. */
export const probeWords = (name: string, towards: string | null): string =>
  `the probe ${name}${towards === null ? "" : ` (towards ${towards})`}`;
