import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type SavedProbe, savedProbeEnding, savedProbeSchema } from "../../protocol/probe-file.ts";
import { probeProblem } from "../problems.ts";
import { probeEnding } from "../spec/types.ts";

/** Where the probe of a specification is kept: beside it, under its name. */
export function savedProbePath(spec: string): string {
  return spec.toLowerCase().endsWith(probeEnding)
    ? `${spec.slice(0, -probeEnding.length)}${savedProbeEnding}`
    : `${spec.replace(/\.ya?ml$/i, "")}${savedProbeEnding}`;
}

/**
 * What a trained probe's JSON says; its tensors are the engine's to read.
 * @throws ProblemError `probe-not-trained` where there is none, `probe-file-invalid`
 */
export function readSavedProbe(path: string): SavedProbe {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw probeProblem(
      "probe-not-trained",
      `There is no trained probe ${path}.`,
      `Train it: steerscope probe train ${basename(path).replace(savedProbeEnding, probeEnding)}.`,
      path,
    );
  }
  let json: Partial<SavedProbe> | null = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Said below.
  }
  const whole = json?.schema === savedProbeSchema && json.report && json.reads && json.target && json.editor;
  if (whole) return json as SavedProbe;
  throw probeProblem(
    "probe-file-invalid",
    `${path} is not a probe that this version can read.`,
    "Train the probe again.",
    path,
  );
}
