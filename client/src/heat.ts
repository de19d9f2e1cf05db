import type { Range } from "../../server/src/protocol/inspect.ts";
import type {
  ProbeScoresAnswer,
  ProbeScoresParams,
  ProbesAnswer,
} from "../../server/src/protocol/probe-requests.ts";
import {
  type FeatureTarget,
  SteerscopeMethod,
  type WhereFires,
  type WhereFiresParams,
} from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { stepOf } from "./shading.ts";

/** A probe that reads a file. */
export interface ProbeTarget {
  uri: string;
  /** Its `NAME.probe.json`. */
  probe: string;
  name: string;
}

export type HeatTarget = FeatureTarget | ProbeTarget;

/** What a heat map shows of a file. */
export interface Heat {
  version: number;
  /** What it shows, in words. */
  name: string;
  /** What full shading means. */
  scale: string;
  /** Steps as {@link stepOf} gives them, 0 is none; a text is no Markdown. */
  places: { range: Range; step: number; text: string }[];
}

/** What a target is called before anything is known of it. */
export const nameOf = (target: HeatTarget): string =>
  "probe" in target ? `probe ${target.name}` : `${target.sae} · ${target.feature}`;

/** Asks how strongly a feature fires, or what a probe says, along a file. */
export async function heatOf(numbers: Numbers, target: HeatTarget): Promise<Heat> {
  const textDocument = { uri: target.uri };
  if ("probe" in target) {
    const params: ProbeScoresParams = { textDocument, probe: target.probe };
    return probeHeat(await numbers.ask<ProbeScoresAnswer>(SteerscopeMethod.probeScores, params));
  }
  const { sae, feature } = target;
  const params: WhereFiresParams = { textDocument, sae, feature };
  return featureHeat(await numbers.ask<WhereFires>(SteerscopeMethod.whereFires, params));
}

/** The probes that read a file, to choose from. */
export async function probeItems(numbers: Numbers, uri: string) {
  const { probes } = await numbers.ask<ProbesAnswer>(SteerscopeMethod.probes, { textDocument: { uri } });
  return probes
    .filter(({ reads }) => reads)
    .map(({ name, file, facts }) => ({
      label: `Probe ${name}`,
      description: facts?.where ?? "",
      detail: facts?.sentence ?? "",
      target: { uri, probe: file, name } satisfies ProbeTarget,
    }));
}

function featureHeat({ sae, feature, label, scale, tokens, version }: WhereFires): Heat {
  return {
    version,
    name: `${sae} · ${feature} · ${label ?? "no label"}`,
    scale: `${scale.value.toFixed(1)}, ${scale.from}`,
    places: tokens.map(({ range, activation }) => ({
      range,
      step: stepOf(activation, scale.value),
      text: `${label ?? `feature ${feature}`}: ${activation.toFixed(2)}`,
    })),
  };
}

function probeHeat({ name, classes, figures, readings, version }: ProbeScoresAnswer): Heat {
  const of = classes.length === 2 ? `“${classes[1]}”` : classes.length > 2 ? "the class told" : null;
  return {
    version,
    name: `probe ${name} · ${figures}`,
    scale: of === null ? "the greatest in this file" : `probability 1 of ${of}`,
    places: readings.map(({ range, told, score, shade }) => ({
      range,
      step: stepOf(shade, 1),
      text: of === null ? `${name}: ${told}` : `${name}: told “${told}”, ${score.toFixed(2)} for ${of}`,
    })),
  };
}
